package dev.pbq.eval.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.ProductFormat;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.distance.ComparedText;
import dev.pbq.eval.distance.DistanceMeasurement;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.distance.DistanceStatistics;
import dev.pbq.eval.distance.LogProbabilityReader;
import dev.pbq.eval.distance.LogitSource;
import dev.pbq.eval.distance.ModelLogits;
import dev.pbq.eval.distance.ReferenceCache;
import dev.pbq.eval.protocol.GptqProtocol;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Distances between model folders, of which one at a time is in memory: the reference's
 * log-probabilities go through a file.
 *
 * @param tokens how texts become tokens
 * @param running what may be used of the machine
 * @param progress is called for the reference's run and for the model's
 */
public record DistanceEvaluation(TokenChoice tokens, Running running, EvaluationProgress progress) {
  /**
   * One of the two models.
   *
   * @param name in the results
   * @param folder dense or packed
   * @param format number formats that its products are computed in; empty for float32
   */
  public record Named(String name, ModelFolder folder, Optional<? extends ProductFormat> format) {
    CausalModel model() {
      return Architectures.of(folder.config(), folder.path().toString());
    }

    Optional<String> formatLabel() {
      return format.map(ProductFormat::label);
    }
  }

  /**
   * Measures.
   *
   * @param seqlen tokens per window; empty for the default of the shorter model
   * @param limit at most so many windows
   * @param cache where the reference's log-probabilities are, or are put; empty for a scratch file
   * @throws PbqException BAD_DATA if the tokenizers or vocabularies differ; USAGE if the cache is
   *     of something else; RESOURCES if there is no room for it; otherwise as {@link
   *     OpenModel#open} does
   */
  public DistanceResult run(
      Named model,
      Named reference,
      EvaluationText text,
      OptionalInt seqlen,
      OptionalInt limit,
      Optional<Path> cache) {
    long start = System.nanoTime();
    DistanceTask task = DistanceTask.of(model, reference, text, tokens, seqlen, limit);
    try (ReferenceFile file = ReferenceFile.of(cache, running.scratch())) {
      double referenceSeconds = 0;
      if (!file.isUsable(task.header())) {
        long before = System.nanoTime();
        write(reference, task, file, text.name());
        referenceSeconds = seconds(before);
      }
      DistanceStatistics statistics = compare(model, task, file.path(), text.name());
      return new DistanceResult(
          model.name(),
          reference.name(),
          new ComparedText(
              text.name(),
              GptqProtocol.NAME,
              task.header().seqlen(),
              task.windows().length,
              text.joined(),
              text.sha256(),
              task.header().tokensSha256()),
          task.tokenizer(),
          task.header().weights(),
          model.formatLabel().orElse(null),
          statistics,
          referenceSeconds,
          seconds(start));
    } finally {
      progress.end();
    }
  }

  private void write(Named reference, DistanceTask task, ReferenceFile file, String text) {
    file.requireRoom(task.header());
    withLogits(
        reference,
        "reference on " + text,
        logits -> {
          ReferenceCache.write(file.path(), task.header(), task.windows(), logits);
          return file;
        });
  }

  private DistanceStatistics compare(Named model, DistanceTask task, Path file, String text) {
    try (LogProbabilityReader reader = LogProbabilityReader.open(file)) {
      return withLogits(
          model,
          model.name() + " on " + text,
          logits ->
              DistanceStatistics.of(DistanceMeasurement.measure(task.windows(), logits, reader)));
    }
  }

  private <T> T withLogits(Named named, String what, Function<LogitSource, T> use) {
    try (OpenModel open = OpenModel.open(named.folder(), named.format(), tokens, running)) {
      return open.run(
          manager ->
              use.apply(
                  new ModelLogits(
                      open.measured(named.name()).pass(), manager, progress.begin(what))));
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }
}
