/*
 * A QEMU plugin that counts instructions of each core.  Whenever core 0
 * executes the instruction at the address mark=, it writes a line to the file
 * out=: the numbers of instructions so far, of core 0 and of core 1.  With
 * from= and to=, only those at addresses from= to to= - 1 count.
 *
 * QEMU's packages bring no header for plugins: what is used is declared here
 * (docs/devel/tcg-plugins.rst of QEMU's source).
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb)(unsigned core, void *arg);
enum { NO_REGISTERS = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn *insn, exec_cb cb, int flags, void *arg);

__attribute__((visibility("default"))) int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static uint64_t count[8];
static uint64_t mark;
static uint64_t from;
static uint64_t to = UINT64_MAX;
static FILE *out;

static void executed(unsigned core, void *is_mark) {
    if (is_mark != NULL && core == 0) {
        fprintf(out, "%" PRIu64 " %" PRIu64 "\n", count[0], count[1]);
        fflush(out);
    }
    count[core % 8]++;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t at = qemu_plugin_insn_vaddr(insn);
        if (at >= from && at < to) {
            void *is_mark = at == mark ? &mark : NULL;
            qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, NO_REGISTERS, is_mark);
        }
    }
}

struct qemu_info_t;
__attribute__((visibility("default"))) int qemu_plugin_install(
    qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv);

int qemu_plugin_install(
    qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "mark=", 5) == 0) {
            mark = strtoull(argv[i] + 5, NULL, 0);
        } else if (strncmp(argv[i], "from=", 5) == 0) {
            from = strtoull(argv[i] + 5, NULL, 0);
        } else if (strncmp(argv[i], "to=", 3) == 0) {
            to = strtoull(argv[i] + 3, NULL, 0);
        } else if (strncmp(argv[i], "out=", 4) == 0) {
            out = fopen(argv[i] + 4, "w");
        }
    }
    if (out == NULL) {
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
