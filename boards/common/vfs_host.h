/* What the files of the host's file system share. */
#ifndef OPENAMP_BOARD_VFS_HOST_H
#define OPENAMP_BOARD_VFS_HOST_H

#include "board.h"

#include "py/obj.h"

// vfs_host.c: what is there, also folders, which a host lets be opened; and its length,
// or why there is nothing, a negative errno.
int board_host_stat(const char *path, int *size); // mp_import_stat_t

// vfs_host_folder.c: forget the current folder.
void board_host_begin(void);
// A path as the host is to see it.
const char *board_host_path(const char *path);
MP_DECLARE_CONST_FUN_OBJ_1(board_host_getcwd_obj);
MP_DECLARE_CONST_FUN_OBJ_2(board_host_chdir_obj);
MP_DECLARE_CONST_FUN_OBJ_2(board_host_ilistdir_obj);
MP_DECLARE_CONST_FUN_OBJ_2(board_host_mkdir_obj);
MP_DECLARE_CONST_FUN_OBJ_2(board_host_rmdir_obj);
MP_DECLARE_CONST_FUN_OBJ_3(board_host_rename_obj);

#endif // OPENAMP_BOARD_VFS_HOST_H
