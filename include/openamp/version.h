/* The version of openamp; the number is written nowhere else.  Python: openamp.__version__. */
#ifndef OPENAMP_VERSION_H
#define OPENAMP_VERSION_H

#define AMP_VERSION "1.0.0"

#endif // OPENAMP_VERSION_H
