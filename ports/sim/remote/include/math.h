/*
 * What MicroPython and its library of functions want of <math.h>, on a core that has no C
 * library: that of the machine which builds has functions of the same names inside.
 */
#ifndef AMP_SIM_MATH_H
#define AMP_SIM_MATH_H

#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
#define HUGE_VAL __builtin_huge_val()

#define M_E 2.71828182845904523536
#define M_LN2 0.69314718055994530942
#define M_LN10 2.30258509299404568402
#define M_PI 3.14159265358979323846

enum { FP_NAN, FP_INFINITE, FP_ZERO, FP_SUBNORMAL, FP_NORMAL };
#define FP_NAN FP_NAN
#define FP_INFINITE FP_INFINITE
#define FP_ZERO FP_ZERO
#define FP_SUBNORMAL FP_SUBNORMAL
#define FP_NORMAL FP_NORMAL

#define fpclassify(x) __builtin_fpclassify(FP_NAN, FP_INFINITE, FP_NORMAL, FP_SUBNORMAL, FP_ZERO, x)
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf(x)
#define isfinite(x) __builtin_isfinite(x)
#define isnormal(x) __builtin_isnormal(x)
#define signbit(x) __builtin_signbit(x)
// An instruction or two each.
#define copysign(x, y) __builtin_copysign(x, y)
#define fabs(x) __builtin_fabs(x)
#define nan(text) __builtin_nan(text)

typedef float float_t;
typedef double double_t;

// One argument, and two.
double acos(double), acosh(double), asin(double), asinh(double), atan(double), atanh(double);
double ceil(double), cos(double), cosh(double), erf(double), erfc(double), exp(double);
double expm1(double), floor(double), lgamma(double), log(double);
double log10(double), log1p(double), log2(double), nearbyint(double), rint(double);
double round(double), sin(double), sinh(double), sqrt(double), tan(double), tanh(double);
double tgamma(double), trunc(double);
double atan2(double, double), fmod(double, double);
double hypot(double, double), pow(double, double);
// And others.
double frexp(double, int *), ldexp(double, int), modf(double, double *), scalbn(double, int);

#endif // AMP_SIM_MATH_H
