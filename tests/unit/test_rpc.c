/* Calls by name (openamp/rpc.h): values there and back, and messages that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/common/rpc.c"
#include "firmware/common/rpc_values.c"

static uint8_t buffer[600];
static struct rpc_result out;
static struct rpc_args in;

static void begin(uint32_t owed) {
    out = (struct rpc_result){.at = buffer, .end = buffer + sizeof(buffer), .owed = owed};
}

// From a copy in the heap that ends where the values end.
static uint8_t *copy;
static void read_back(uint32_t left, size_t len) {
    free(copy);
    copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, buffer, len);
    in = (struct rpc_args){.at = copy, .end = copy + len, .left = left};
}

static size_t written(void) {
    assert_false(out.failed);
    assert_int_equal(out.owed, 0);
    return (size_t)(out.at - buffer);
}

static void check_int(int64_t value) {
    int64_t back = ~value;
    double number = 0;
    begin(1);
    rpc_put_int(&out, value);
    size_t len = written();
    read_back(1, len);
    assert_true(rpc_get_int(&in, &back));
    assert_true(back == value && in.left == 0 && in.at == in.end);
    assert_false(rpc_get_int(&in, &back)); // there is no other
    read_back(1, len);
    assert_true(rpc_get_float(&in, &number));
    assert_true(number == (double)value);
    for (size_t cut = 0; cut < len; ++cut) {
        read_back(1, cut);
        assert_false(rpc_get_int(&in, &back));
        assert_int_equal(in.left, 1);
    }
}

static void test_numbers(void **state) {
    (void)state;
    for (unsigned bits = 0; bits < 63; ++bits) {
        for (int64_t value = (INT64_C(1) << bits) - 2; value <= (INT64_C(1) << bits) + 1; ++value) {
            check_int(value);
            check_int(-value);
        }
    }
    check_int(INT64_MAX);
    check_int(INT64_MIN);
    // As others write them.
    static const struct {
        uint8_t bytes[9];
        uint8_t len;
        int64_t value;
    } cases[] = {{{0xCC, 0xFF}, 2, 255}, {{0xCD, 1, 2}, 3, 258},
        {{0xCE, 0xFF, 0, 0, 1}, 5, 0xFF000001},
        {{0xCF, 0, 0, 0, 1, 0, 0, 0, 0}, 9, INT64_C(1) << 32},
        {{0xD3, 0, 0, 0, 0, 0, 0, 0, 5}, 9, 5}, {{0xFF}, 1, -1}, {{0xE0}, 1, -32}};
    int64_t back;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        memcpy(buffer, cases[i].bytes, 9);
        read_back(1, cases[i].len);
        assert_true(rpc_get_int(&in, &back));
        assert_true(back == cases[i].value);
    }
    memcpy(buffer, "\xCF\x80\0\0\0\0\0\0\0", 9); // more than an int64_t holds
    read_back(1, 9);
    assert_false(rpc_get_int(&in, &back));
    double value = 0;
    memcpy(buffer, "\xCA\x3F\xC0\0\0", 5);
    read_back(1, 5);
    assert_true(rpc_get_float(&in, &value) && value == 1.5);
    for (size_t cut = 0; cut < 5; ++cut) {
        read_back(1, cut);
        assert_false(rpc_get_float(&in, &value));
    }
    begin(1);
    rpc_put_float(&out, -0.1);
    read_back(1, written());
    assert_true(rpc_get_float(&in, &value) && value == -0.1);
}

static void test_texts_and_lists(void **state) {
    (void)state;
    static uint8_t text[600];
    const uint8_t *bytes;
    const char *str;
    size_t len;
    memset(text, 'x', sizeof(text));
    for (size_t n = 0; n < sizeof(buffer) - 3; ++n) {
        begin(1);
        rpc_put_bytes(&out, text, n);
        read_back(1, written());
        assert_true(rpc_get_bytes(&in, &bytes, &len));
        assert_true(len == n && memcmp(bytes, text, n) == 0 && in.at == in.end);
        begin(1);
        rpc_put_str(&out, (const char *)text, n);
        read_back(1, written() - (n % 2)); // and cut by one
        assert_int_equal(rpc_get_str(&in, &str, &len), n % 2 == 0);
    }
    begin(1);
    rpc_put_str(&out, (const char *)text, sizeof(buffer) - 2);
    assert_true(out.failed);
    begin(1);
    rpc_put_str(&out, (const char *)text, SIZE_MAX - 3);
    assert_true(out.failed);
    // Short texts of others, and one of 32 bits.
    memcpy(buffer,
        "\xA3"
        "abc"
        "\xDB\0\0\0\1z",
        10);
    read_back(2, 10);
    assert_true(rpc_get_str(&in, &str, &len) && len == 3 && memcmp(str, "abc", 3) == 0);
    assert_true(rpc_get_str(&in, &str, &len) && len == 1 && *str == 'z');
    for (uint32_t count = 0; count < 500; ++count) {
        uint32_t back;
        begin(1);
        rpc_put_list(&out, count);
        for (uint32_t i = 0; i < count; ++i) {
            rpc_put_bool(&out, i & 1);
        }
        read_back(1, written());
        assert_true(rpc_get_list(&in, &back) && back == count && in.left == count);
        for (uint32_t i = 0; i < count; ++i) {
            bool value;
            assert_true(rpc_get_bool(&in, &value) && value == (i & 1));
        }
        assert_false(rpc_get_nil(&in));
    }
    begin(1);
    rpc_put_list(&out, UINT32_MAX); // it is missed when the values are not put
    assert_false(out.failed);
    rpc_put_list(&out, UINT32_MAX);
    assert_true(out.failed);
    begin(1);
    rpc_put_nil(&out);
    rpc_put_nil(&out); // one more than owed
    assert_true(out.failed);
    memcpy(buffer, "\xDC\0\2\1", 4); // a list of two, with one value
    uint32_t count;
    read_back(1, 4);
    assert_false(rpc_get_list(&in, &count));
    memcpy(buffer, "\xDC\0\1\1", 4);
    read_back(1, 4);
    assert_true(rpc_get_list(&in, &count) && count == 1);
}

// ---- Messages ----

static const char *no_result(struct rpc_args *args, struct rpc_result *result) {
    (void)result;
    return rpc_get_nil(args) ? "an error" : NULL;
}

static const char *too_much(struct rpc_args *args, struct rpc_result *result) {
    (void)args;
    rpc_put_list(result, 3);
    rpc_put_bytes(result, buffer, 500);
    return NULL;
}

static const char *a_pair(struct rpc_args *args, struct rpc_result *result) {
    int64_t first = 0;
    uint32_t count;
    if (rpc_get_list(args, &count) && rpc_get_int(args, &first)) {
        rpc_put_list(result, 2);
        rpc_put_int(result, first);
        rpc_put_int(result, args->left);
    }
    return NULL;
}

static const struct rpc_function functions[] = {
    {"none", no_result}, {"much", too_much}, {"pair", a_pair}, {"", no_result}};
static uint8_t answer[64];
static uint32_t bad;

static size_t ask(const void *message, size_t len, size_t room) {
    uint8_t *exact = malloc(len + 1);
    uint8_t *answer_here = malloc(room + 1);
    assert_true(exact != NULL && answer_here != NULL);
    memcpy(exact, message, len);
    size_t result = rpc_answer(
        functions, sizeof(functions) / sizeof(functions[0]), exact, len, answer_here, room, &bad);
    assert_true(result <= room);
    memcpy(answer, answer_here, result);
    free(exact);
    free(answer_here);
    return result;
}
#define ASK(text) ask(text, sizeof(text) - 1, sizeof(answer))
#define EXPECT(text) assert_memory_equal(answer, text, sizeof(text) - 1)

static void test_requests(void **state) {
    (void)state;
    bad = 0;
    assert_int_equal(ASK("\x94\0\x07\xA4none\x90"), 5);
    EXPECT("\x94\1\7\xC0\xC0");
    assert_int_equal(ASK("\x94\0\x07\xA4none\x91\xC0"), 14);
    EXPECT("\x94\1\7\xD9\x08"
           "an error\xC0");
    assert_int_equal(ASK("\x94\0\xCE\x24\0\x12\xC8\xA4pair\x91\x93\x05\x06\x07"), 11);
    EXPECT("\x94\1\xD2\x24\0\x12\xC8\xC0\x92\x05\x02");
    assert_int_equal(ASK("\x94\0\7\xA0\x90"), 5); // the function without a name
    assert_true(ASK("\x94\0\7\xA5pairs\x90") > 5);
    EXPECT("\x94\1\7\xD9");
    assert_true(ASK("\x94\0\7\xA4much\x90") > 5);
    EXPECT("\x94\1\7\xD9\x26the result does not fit into a message\xC0");
    assert_int_equal(ASK("\x93\2\xA4none\x90"), 0); // a notification
    assert_int_equal(ASK("\0"), 0); // a greeting
    assert_int_equal(bad, 0);
    for (size_t room = 0; room < 5; ++room) { // no room even for an error
        assert_int_equal(ask("\x94\0\7\xA4none\x90", 9, room), 0);
    }
    assert_int_equal(bad, 0);
}

static void test_what_is_no_request(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {{"", 0}, {"\x90", 1}, {"\1", 1}, {"\0\0", 2}, {"\x94\1\7\xC0\xC0", 5},
        {"\x94\3\7\xA4none\x90", 9}, {"\x94\0\7\xA4none\xC0", 9}, {"\x94\0\7\5\x90", 5},
        {"\x94\0\xC0\xA4none\x90", 9}, {"\x93\0\xA4none\x90", 8}, {"\x95\0\7\xA4none\x90\x90", 10},
        {"\x94\0\7\xA4none\x9F", 9}, {"\x94\0\7\xDB\xFF\xFF\xFF\xFFnone\x90", 13}, {"\x81\0\7", 3}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        bad = 0;
        assert_int_equal(ask(cases[i].bytes, cases[i].len, sizeof(answer)), 0);
        assert_int_equal(bad, 1);
    }
    assert_int_equal(rpc_answer(functions, 1, "\x90", 1, answer, sizeof(answer), NULL), 0);
}

// Good requests with bytes changed, cut and doubled: nothing is read outside of a message, and
// what is answered is an answer.
static void test_random(void **state) {
    (void)state;
    static const char good[] =
        "\x94\0\7\xA4pair\x93\xCD\1\2\xD9\3abc\xDC\0\2\1\xCB\0\0\0\0\0\0\0\1";
    uint32_t seed = 1;
    unsigned answered = 0;
    for (unsigned round = 0; round < 200000; ++round) {
        uint8_t message[64];
        size_t len = sizeof(good) - 1;
        memcpy(message, good, len);
        for (unsigned changes = round % 4; changes-- != 0;) {
            seed = seed * 1664525u + 1013904223u;
            message[(seed >> 8) % len] = (uint8_t)(seed >> 24);
        }
        seed = seed * 1664525u + 1013904223u;
        len -= seed % 8 == 0 ? (seed >> 8) % len : 0;
        size_t got = ask(message, len, (seed >> 16) % sizeof(answer));
        if (got != 0) {
            assert_true(got >= 5 && answer[0] == 0x94 && answer[1] == 1);
            ++answered;
        }
    }
    assert_true(answered > 1000);
    free(copy);
    copy = NULL;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_texts_and_lists), cmocka_unit_test(test_requests),
        cmocka_unit_test(test_what_is_no_request), cmocka_unit_test(test_random)};
    return cmocka_run_group_tests_name("rpc", tests, NULL, NULL);
}
