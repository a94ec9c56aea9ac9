/**
 * The Hessian, its damped inverse factor, the error-compensation arithmetic and large matrix
 * products, on ND4J and the BLAS and LAPACK that it brings. Imports {@code tensor}.
 */
package dev.pbq.core.linalg;
