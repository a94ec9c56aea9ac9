/**
 * Mixed-precision search: spaces of configurations, samplers that propose points of a space, and
 * Pareto sets of the results. Samplers are functions of the trials so far and a seed, so that an
 * interrupted study continues exactly as an uninterrupted one. Imports the formats' {@code config}
 * and the core's {@code json}; knows nothing of files, models or how a configuration is judged. The
 * one place that knows the MOEA Framework.
 */
package dev.pbq.search.sampler;
