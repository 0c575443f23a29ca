/* Buffers that are claimed to be filled in place, and the tokens that say whose they are. */
#include "pair_bound.h"

#include <string.h>

static void commit_number(struct amp_rpmsg *link, struct amp_tx *tx, uint32_t dest, uint32_t n) {
    memcpy(tx->data, &n, sizeof(n));
    assert_int_equal(amp_tx_commit(link, tx, 7, dest, sizeof(n)), sizeof(n));
}

static uint32_t seen[1000];
static unsigned seen_count;
static void note_number(struct amp_endpoint *ept, uint32_t src, void *data, size_t len) {
    (void)ept;
    (void)src;
    assert_int_equal(len, 4);
    memcpy(&seen[seen_count++ % 1000], data, 4);
}

static void check_claims(struct amp_rpmsg *link, struct amp_endpoint *to, unsigned num) {
    struct amp_tx tx[256];
    uint64_t seed = num;
    unsigned claimed = 0;
    uint32_t number = 0;
    uint32_t expected = 0; // messages go out in the order of their commits
    to->cb = note_number;
    for (unsigned step = 0; step < 20000; ++step) {
        uint32_t r = pair_random(&seed);
        unsigned i = claimed == 0 ? 0 : r / 8 % claimed;
        switch (r % 6) {
            case 0:
            case 1: {
                int error = amp_tx_claim(link, &tx[claimed]);
                if (error == 0) {
                    assert_int_equal(tx[claimed].size, 496);
                    memset(tx[claimed].data, 0xEE, 496);
                    for (unsigned k = 0; k < claimed; ++k) {
                        assert_ptr_not_equal(tx[k].data, tx[claimed].data);
                    }
                    ++claimed;
                } else {
                    assert_int_equal(error, -AMP_EAGAIN);
                }
                assert_true(claimed <= num);
                break;
            }
            case 2:
            case 3:
                if (claimed != 0) {
                    commit_number(link, &tx[i], to->addr, number++);
                    tx[i] = tx[--claimed];
                }
                break;
            case 4:
                if (claimed != 0) {
                    amp_tx_cancel(link, &tx[i]);
                    tx[i] = tx[--claimed];
                }
                break;
            default:
                if (r & 64) { // a plain send between claims
                    if (amp_rpmsg_send(link, 7, to->addr, &number, 4) == 4) {
                        ++number;
                    }
                } else {
                    seen_count = 0;
                    int taken = amp_rpmsg_poll(to->link);
                    assert_int_equal(taken, number - expected);
                    for (unsigned k = 0; k < seen_count; ++k) {
                        assert_int_equal(seen[k], expected++);
                    }
                }
                break;
        }
    }
    while (claimed != 0) {
        amp_tx_cancel(link, &tx[--claimed]);
    }
    amp_rpmsg_poll(to->link);
    // Nothing leaked: the whole ring can be claimed.
    for (unsigned i = 0; i < num; ++i) {
        assert_int_equal(amp_tx_claim(link, &tx[i]), 0);
    }
    assert_int_equal(amp_tx_claim(link, &tx[0]), -AMP_EAGAIN);
}

static void test_claims(void **state) {
    (void)state;
    static const uint16_t sizes[] = {1, 2, 4, 64, 256};
    for (int i = 0; i < 10; ++i) {
        open_bound(sizes[i / 2]);
        if (i % 2 == 0) {
            check_claims(&pair.host.link, &at_device, sizes[i / 2]);
        } else {
            check_claims(&pair.device.link, &at_host, sizes[i / 2]);
        }
        if (i < 9) {
            pair_free(&pair);
        }
    }
}

// Claims of a former life are void and keep nothing.
static void test_claims_and_down(void **state) {
    (void)state;
    struct amp_tx at_host_side[4];
    struct amp_tx tx[4];
    open_bound(4);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 4; ++i) {
            assert_int_equal(amp_tx_claim(&pair.host.link, &at_host_side[i]), 0);
            assert_int_equal(amp_tx_claim(&pair.device.link, &tx[i]), 0);
        }
        amp_tx_cancel(&pair.device.link, &tx[2]);
        struct amp_tx of_host;
        struct amp_tx of_device;
        amp_tx_cancel(&pair.device.link, &tx[3]);
        assert_int_equal(amp_tx_claim(&pair.device.link, &of_device), 0);
        amp_tx_cancel(&pair.host.link, &at_host_side[0]);
        assert_int_equal(amp_tx_claim(&pair.host.link, &of_host), 0);
        pair_down(&pair);
        // They are void, in no life and in the next.
        for (int life = 0; life < 2; ++life) {
            assert_int_equal(amp_tx_commit(&pair.host.link, &of_host, 1, 2, 0), -AMP_EPIPE);
            assert_int_equal(amp_tx_commit(&pair.device.link, &of_device, 1, 2, 0), -AMP_EPIPE);
            amp_tx_cancel(&pair.host.link, &of_host);
            amp_tx_cancel(&pair.device.link, &of_device);
            if (life == 0) {
                pair_up(&pair);
            }
        }
    }
    check_full(&at_host, &at_device, 4);
    check_full(&at_device, &at_host, 4);
}

// What was committed, given back or released is void at once and for ever, for the
// token and for a copy of it; so is what is of an earlier session, however many
// came since.
static void check_used_up(struct amp_rpmsg *link) {
    struct amp_tx tx;
    assert_int_equal(amp_tx_claim(link, &tx), 0);
    struct amp_tx copy = tx;
    assert_int_equal(amp_tx_commit(link, &tx, 2000, 3000, 1), 1);
    uint32_t given = link->tx.next_publish;
    for (int i = 0; i < 2; ++i) {
        assert_int_equal(amp_tx_commit(link, &tx, 2000, 3000, 1), -AMP_EPIPE);
        assert_int_equal(amp_tx_commit(link, &copy, 2000, 3000, 1), -AMP_EPIPE);
        amp_tx_cancel(link, &tx);
        amp_tx_cancel(link, &copy);
    }
    assert_int_equal(link->tx.next_publish, given);
    assert_int_equal(amp_tx_claim(link, &tx), 0);
    copy = tx;
    amp_tx_cancel(link, &tx);
    assert_int_equal(amp_tx_commit(link, &tx, 2000, 3000, 1), -AMP_EPIPE);
    assert_int_equal(amp_tx_commit(link, &copy, 2000, 3000, 1), -AMP_EPIPE);
    amp_tx_cancel(link, &copy);
    assert_int_equal(link->tx.next_publish, given);
}

// Also when its buffer is in use again, by somebody else, who loses nothing.
static void check_used_again(struct amp_rpmsg *link) {
    struct amp_tx tx[4];
    struct amp_tx old[4];
    for (unsigned turn = 0; turn < 300; ++turn) {
        for (unsigned i = 0; i < 4; ++i) {
            assert_int_equal(amp_tx_claim(link, &tx[i]), 0);
        }
        uint32_t given = link->tx.next_publish;
        for (unsigned i = 0; turn != 0 && i < 4; ++i) {
            if ((turn + i) % 2 == 0) {
                amp_tx_cancel(link, &old[i]);
            } else {
                assert_int_equal(amp_tx_commit(link, &old[i], 1, 2, 3), -AMP_EPIPE);
            }
        }
        assert_int_equal(link->tx.next_publish, given);
        assert_int_equal(amp_tx_claim(link, &old[0]), -AMP_EAGAIN); // all four are claimed
        memcpy(old, tx, sizeof(old));
        for (unsigned i = 0; i < 4; ++i) {
            amp_tx_cancel(link, &tx[i]);
        }
    }
}

static void test_tokens_are_used_up(void **state) {
    (void)state;
    open_bound(4);
    check_used_up(&pair.host.link);
    check_used_up(&pair.device.link);
    pair_settle(&pair);
    check_used_again(&pair.host.link);
    check_used_again(&pair.device.link);
    pair_settle(&pair);
    check_full(&at_host, &at_device, 4);
    check_full(&at_device, &at_host, 4);
}

// A token is of one link, and of one direction of it.
static void test_tokens_of_another_link(void **state) {
    (void)state;
    struct pair other;
    pair_open(&other, 4);
    open_bound(4);
    struct amp_rpmsg *const links[] = {
        &pair.host.link, &other.host.link, &pair.device.link, &other.device.link};
    struct amp_tx tx[4];
    for (unsigned i = 0; i < 4; ++i) {
        assert_int_equal(amp_tx_claim(links[i], &tx[i]), 0);
    }
    for (unsigned i = 0; i < 4; ++i) {
        for (unsigned j = 0; j < 4; ++j) {
            struct amp_rx rx = {.token = tx[j].token};
            amp_rx_release(links[i], &rx);
            if (j != i) {
                amp_tx_cancel(links[i], &tx[j]);
                assert_int_equal(amp_tx_commit(links[i], &tx[j], 1, 2, 3), -AMP_EPIPE);
            }
        }
    }
    for (unsigned i = 0; i < 4; ++i) {
        assert_int_equal(amp_tx_commit(links[i], &tx[i], 1, 2, 3), 3);
        assert_int_equal(links[i]->stats.sent, 1);
    }
    struct amp_tx none = {.size = 4};
    assert_int_equal(amp_tx_commit(links[0], &none, 1, 2, 3), -AMP_EPIPE);
    pair_free(&other);
}

// The number of a use wraps, and is not one that means something else.
static void test_tokens_wrap(void **state) {
    (void)state;
    open_bound(4);
    struct amp_rpmsg *link = &pair.host.link;
    link->use = UINT32_MAX - 1;
    struct amp_tx tx[4];
    for (unsigned i = 0; i < 4; ++i) {
        assert_int_equal(amp_tx_claim(link, &tx[i]), 0);
    }
    assert_int_equal(amp_tx_claim(link, &tx[0]), -AMP_EAGAIN);
    assert_int_equal(amp_rpmsg_send(link, 1, 2, "", 0), -AMP_EAGAIN);
    for (unsigned i = 0; i < 4; ++i) {
        commit_number(link, &tx[i], at_device.addr, i);
    }
    at_device.cb = note_number;
    seen_count = 0;
    assert_int_equal(amp_rpmsg_poll(&pair.device.link), 4);
    assert_int_equal(seen_count, 4);
}

static void test_tokens_of_long_ago(void **state) {
    (void)state;
    open_bound(4);
    struct amp_tx tx[2];
    assert_int_equal(amp_tx_claim(&pair.host.link, &tx[0]), 0);
    assert_int_equal(amp_tx_claim(&pair.device.link, &tx[1]), 0);
    for (int i = 0; i < 65536; ++i) { // a count of 16 bits would be where it was
        pair_down(&pair);
        pair_up(&pair);
    }
    for (int i = 0; i < 2; ++i) {
        struct amp_rpmsg *link = i == 0 ? &pair.host.link : &pair.device.link;
        struct amp_tx now;
        assert_int_equal(amp_tx_claim(link, &now), 0);
        assert_ptr_equal(now.data, tx[i].data); // in use again
        assert_int_equal(amp_tx_commit(link, &tx[i], 1, 2, 3), -AMP_EPIPE);
        amp_tx_cancel(link, &tx[i]);
        assert_int_equal(amp_tx_commit(link, &now, 1, 2, 3), 3);
    }
}

// Some of the first messages of a session are filled in place and others copied: there are as many.
static void test_first_messages(void **state) {
    (void)state;
    enum { NUM = 4 };
    for (unsigned which = 0; which < 1u << NUM; ++which) {
        for (int i = 0; i < 2; ++i) {
            open_bound(NUM);
            struct amp_endpoint *from = i == 0 ? &at_host : &at_device;
            struct amp_tx tx;
            for (unsigned n = 0; n < NUM; ++n) {
                if (which >> n & 1) {
                    assert_int_equal(amp_tx_claim(from->link, &tx), 0);
                    commit_number(from->link, &tx, from->dest, n);
                } else {
                    assert_int_equal(amp_endpoint_send(from, &n, sizeof(n)), sizeof(n));
                }
            }
            assert_int_equal(amp_endpoint_send(from, "", 0), -AMP_EAGAIN);
            assert_int_equal(amp_tx_claim(from->link, &tx), -AMP_EAGAIN);
            pair_free(&pair);
        }
    }
    open_bound(NUM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_claims),
        TEST(test_claims_and_down),
        TEST(test_first_messages),
        TEST(test_tokens_are_used_up),
        TEST(test_tokens_of_another_link),
        TEST(test_tokens_wrap),
        TEST(test_tokens_of_long_ago),
    };
    return cmocka_run_group_tests_name("rpmsg_claims", tests, NULL, NULL);
}
