/* Core 1: the resource table of this image. */
#include "openamp/platform.h"
#include "openamp/remote.h"
#include "openamp/table.h"

AMP_RESOURCE_TABLE static struct amp_table_rpmsg table =
    AMP_TABLE_RPMSG(64, AMP_REMOTE_TRACE_DA, AMP_REMOTE_TRACE_LEN);

const void *amp_platform_table(size_t *len) {
    *len = sizeof(table);
    return &table;
}
