/**
 * Mixed-precision search: spaces of configurations, samplers that propose points of a space, and
 * Pareto sets of what came of them. Samplers are functions of the trials so far and a seed, so that
 * an interrupted study goes on as if nothing had happened. Imports the formats' {@code config};
 * knows nothing of files, models or how a configuration is judged. The one place that knows the
 * MOEA Framework.
 */
package dev.pbq.search.sampler;
