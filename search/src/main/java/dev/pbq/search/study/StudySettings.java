package dev.pbq.search.study;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.Sha256;
import dev.pbq.search.density.BlockOperations;
import dev.pbq.search.density.DensityCount;
import dev.pbq.search.sampler.Proposals;
import dev.pbq.search.sampler.SamplerKind;
import dev.pbq.search.sampler.SearchSpace;
import dev.pbq.search.sampler.SeedTrials;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of a study that do not depend on the model and the measure of quality.
 *
 * @param spaceName what the space is called, for messages
 * @param space the TOML of the space
 * @param sampler proposes configurations
 * @param seed of everything random
 * @param population size of a generation of the genetic samplers, even
 * @param seedUniform whether the first trials are those that {@link SeedTrials} plans
 * @param densityTokens tokens of the sequence whose activations count in memory density, at least 1
 */
public record StudySettings(
    String spaceName,
    String space,
    SamplerKind sampler,
    long seed,
    int population,
    boolean seedUniform,
    int densityTokens) {
  /**
   * Lays the settings out over a model.
   *
   * @throws PbqException USAGE naming section and key of what is wrong with the space, or if it is
   *     too large for the sampler
   */
  public StudyPlan plan(SearchedModel model) {
    SearchSpace laidOut = SearchSpace.parse(space, spaceName, model.target());
    DensityCount density =
        new DensityCount(BlockOperations.of(model.model(), model.architecture()), densityTokens);
    Optional<SeedTrials> seeds =
        seedUniform
            ? Optional.of(
                new SeedTrials(
                    laidOut, point -> density.reference(laidOut.formats(point)).averageBits()))
            : Optional.empty();
    return new StudyPlan(
        laidOut, new Proposals(seeds, sampler.create(laidOut, seed, population)), density);
  }

  /** Everything that trials depend on, by name, as study files record it. */
  Map<String, String> fingerprint() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("density-seqlen", Integer.toString(densityTokens));
    parts.put("space", Sha256.of(space));
    parts.put("sampler", sampler.name().toLowerCase(Locale.ROOT));
    parts.put("seed", Long.toString(seed));
    parts.put("population", Integer.toString(population));
    parts.put("seed-uniform", Boolean.toString(seedUniform));
    return parts;
  }
}
