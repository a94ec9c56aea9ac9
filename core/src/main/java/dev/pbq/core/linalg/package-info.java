/**
 * The Hessian, its damped inverse factor, the error-compensation sweep and large matrix products,
 * on the BLAS and LAPACK that ND4J brings. Imports {@code tensor}. Native memory belongs to the
 * object that allocated it and is freed when that object is closed; threads are used through {@link
 * dev.pbq.core.parallel.Parallel} alone, and no result depends on how many there are.
 */
package dev.pbq.core.linalg;
