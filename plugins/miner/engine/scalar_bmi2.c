/* The scalar kernel once more, for processors with BMI2: rorx rotates into another register and
 * andn negates on the way, which saves the copies that make the plain one slower by a twentieth. */
#define MR_SCALAR mr_kernel_scalar_bmi2
#define MR_SCALAR_SUPPORTED() (__builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
#include "plugins/miner/engine/scalar.c" /* NOLINT(bugprone-suspicious-include) */
