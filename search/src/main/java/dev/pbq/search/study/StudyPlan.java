package dev.pbq.search.study;

import dev.pbq.search.density.DensityCount;
import dev.pbq.search.sampler.Proposals;
import dev.pbq.search.sampler.SearchSpace;

/**
 * What a study of one model tries.
 *
 * @param space the configurations that there are
 * @param proposals which of them is tried next
 * @param density counts the bits of a configuration
 */
public record StudyPlan(SearchSpace space, Proposals proposals, DensityCount density) {}
