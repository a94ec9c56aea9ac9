package dev.pbq.search.study;

import dev.pbq.search.density.DensityCount;
import dev.pbq.search.sampler.Proposals;
import dev.pbq.search.sampler.SearchSpace;

/**
 * The trials of a study of one model.
 *
 * @param space the configurations that there are
 * @param proposals which of them is tried next
 * @param density counts the bits of a configuration
 */
public record StudyPlan(SearchSpace space, Proposals proposals, DensityCount density) {}
