/* Memory that the host program itself uses: an image is not loaded over it, and
 * nothing is placed there. */
#include "rproc_case.h"

static const uint8_t *own; // one byte of it
static unsigned asked;

const char *amp_host_memory(const void *va, size_t len) {
    const uint8_t *begin = va;
    assert_non_null(begin);
    ++asked;
    return own != NULL && own >= begin && (size_t)(own - begin) < len ? "the heap" : NULL;
}

static int begin(void **state) {
    setup(state);
    own = NULL;
    fake.port.default_table = &fake.default_table;
    fake.default_table.vring_num = 16;
    return 0;
}

static void uses(amp_da_t da) {
    own = fake_port_at(&fake, da, 1);
}

static void expect_taken(int result, amp_da_t da) {
    assert_int_equal(result, -AMP_ENOEXEC);
    assert_string_equal(error.what, "overlaps memory in use");
    assert_string_equal(error.used_by, "the heap");
    assert_true(da - error.da < error.len);
    assert_int_equal(error.missed, 0);
    assert_true(fake_port_unchanged(&fake));
    assert_int_equal(rproc.state, AMP_RPROC_OFFLINE);
}

static void expect_refusal(amp_da_t da) {
    uses(da);
    fake_port_snapshot(&fake);
    expect_taken(load(), da);
}

static void test_segments(void **state) {
    (void)state;
    expect_refusal(FAKE_CODE_DA);
    assert_string_equal(error.unit, "segment");
    assert_int_equal(error.where, IMAGE_CODE);
    expect_refusal(FAKE_CODE_DA + IMAGE_CODE_LEN - 1);
    size_t contents = image.table_len + IMAGE_DATA_EXTRA;
    expect_refusal(FAKE_DATA_DA + contents - 1);
    assert_int_equal(error.where, IMAGE_DATA);
    expect_refusal(FAKE_DATA_DA + contents + IMAGE_BSS - 1); // zeroes are stores, too
    uses(FAKE_DATA_DA + contents + IMAGE_BSS);
    assert_int_equal(load(), 0);
}

// All of what is placed, and nothing else of the region that is given from.
static void test_what_is_placed(void **state) {
    (void)state;
    assert_int_equal(load(), 0);
    amp_da_t rings[2] = {rproc.vdev.vring[0].da, rproc.vdev.vring[1].da};
    amp_da_t end = rproc.buffers_da + rproc.buffers_len;
    assert_int_equal(amp_rproc_stop(&rproc), 0);
    expect_refusal(rings[0]);
    expect_refusal(rings[1]);
    expect_refusal(end - 1);
    uses(end);
    assert_int_equal(load(), 0);
}

static void test_what_the_image_fixes(void **state) {
    (void)state;
    table_begin(&table, 2);
    table_add_carveout(&table, FAKE_SHARED_DA + 0x4000, 16);
    table_add_vdev(&table, 7, FAKE_SHARED_DA, FAKE_SHARED_DA + 0x1000, 4, 16, 0);
    image_build(&image, false, &table);
    expect_refusal(FAKE_SHARED_DA);
    expect_refusal(FAKE_SHARED_DA + 0x1000);
    assert_string_equal(error.unit, "entry");
    assert_int_equal(error.where, 1);
    expect_refusal(FAKE_SHARED_DA + 0x400F);
    assert_int_equal(error.where, 0);
    uses(FAKE_SHARED_DA + 0x4010);
    assert_int_equal(load(), 0);
}

// Firmware in place needs its table and its rings, though nothing is loaded.
static void test_firmware_in_place(void **state) {
    (void)state;
    const amp_da_t taken[] = {fake.default_table.table_da, fake.default_table.vring_da[1]};
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); ++i) {
        uses(taken[i]);
        fake_port_snapshot(&fake);
        expect_taken(amp_rproc_load_address(&rproc, FAKE_ROM_DA, &error), taken[i]);
    }
    uses(FAKE_ROM_DA); // it is only read
    assert_int_equal(amp_rproc_load_address(&rproc, FAKE_ROM_DA, &error), 0);
}

// Every other refusal is about somebody else's memory, or about none.
static void test_other_refusals(void **state) {
    (void)state;
    asked = 0;
    table_begin(&table, 1);
    table_add_vdev(&table, 7, FAKE_SHARED_DA, FAKE_SHARED_DA, 4, 16, 0);
    image_build(&image, false, &table);
    assert_int_equal(load(), -AMP_ENOEXEC);
    assert_string_equal(error.what, "overlaps memory in use");
    assert_null(error.used_by);
    assert_true(asked > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_segments, begin, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_placed, begin, teardown),
        cmocka_unit_test_setup_teardown(test_what_the_image_fixes, begin, teardown),
        cmocka_unit_test_setup_teardown(test_firmware_in_place, begin, teardown),
        cmocka_unit_test_setup_teardown(test_other_refusals, begin, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
