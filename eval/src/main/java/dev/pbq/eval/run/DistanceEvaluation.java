package dev.pbq.eval.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.EvaluationWindows;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.ProductFormat;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.distance.CacheHeader;
import dev.pbq.eval.distance.ComparedText;
import dev.pbq.eval.distance.DistanceMeasurement;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.distance.DistanceStatistics;
import dev.pbq.eval.distance.FolderFingerprint;
import dev.pbq.eval.distance.LogProbabilityReader;
import dev.pbq.eval.distance.LogitSource;
import dev.pbq.eval.distance.ModelLogits;
import dev.pbq.eval.distance.ReferenceCache;
import dev.pbq.eval.protocol.GptqProtocol;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Distances between model folders, of which one at a time is in memory: the reference's
 * log-probabilities go through a file.
 *
 * @param tokens how texts become tokens
 * @param running what may be used of the machine
 * @param progress hears of the reference's run and of the model's
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
    private CausalModel model() {
      return Architectures.of(folder.config(), folder.path().toString());
    }

    private Optional<String> formatLabel() {
      return format.map(ProductFormat::label);
    }
  }

  /** What both models are run on. */
  private record Task(int[][] windows, CacheHeader header, String tokenizer) {}

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
    Task task = prepare(model, reference, text, seqlen, limit);
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

  private void write(Named reference, Task task, ReferenceFile file, String text) {
    file.requireRoom(task.header());
    withLogits(
        reference,
        "reference on " + text,
        logits -> {
          ReferenceCache.write(file.path(), task.header(), task.windows(), logits);
          return file;
        });
  }

  private DistanceStatistics compare(Named model, Task task, Path file, String text) {
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

  private Task prepare(
      Named model, Named reference, EvaluationText text, OptionalInt seqlen, OptionalInt limit) {
    CausalModel first = reference.model();
    CausalModel second = model.model();
    int length = length(first, second, seqlen);
    try (Tokenizer original = tokens.open(reference.folder().path());
        Tokenizer own = tokens.open(model.folder().path())) {
      int[] ids = text.tokens(original, length);
      requireSameTokens(model, reference, text, ids, text.tokens(own, length));
      if (first.vocabularySize() != second.vocabularySize()) {
        throw PbqException.badData(
            "the vocabularies differ: "
                + reference.name()
                + " has "
                + first.vocabularySize()
                + " tokens, "
                + model.name()
                + " has "
                + second.vocabularySize());
      }
      int[][] windows = EvaluationWindows.split(text.name(), ids, length, limit);
      CacheHeader header =
          new CacheHeader(
              CacheHeader.VERSION,
              CacheHeader.DTYPE,
              reference.name(),
              FolderFingerprint.of(reference.folder()),
              original.fingerprint(),
              reference.formatLabel().orElse("none"),
              text.name(),
              text.sha256(),
              EvaluationWindows.sha256(windows),
              windows.length,
              length,
              first.vocabularySize(),
              Version.current());
      return new Task(windows, header, own.fingerprint());
    }
  }

  private static int length(CausalModel first, CausalModel second, OptionalInt seqlen) {
    int positions = Math.min(first.maxPositions(), second.maxPositions());
    int length =
        seqlen.orElse(
            Math.min(GptqProtocol.defaultSeqlen(first), GptqProtocol.defaultSeqlen(second)));
    if (length < 2 || length > positions) {
      throw PbqException.usage(
          "--seqlen " + length + " is not between 2 and the models' " + positions);
    }
    return length;
  }

  /** Files may differ in what does not matter; what they make of the text may not. */
  private static void requireSameTokens(
      Named model, Named reference, EvaluationText text, int[] original, int[] own) {
    int at = Arrays.mismatch(original, own);
    if (at >= 0) {
      throw PbqException.badData(
          "the tokenizers of "
              + model.name()
              + " and "
              + reference.name()
              + " differ: they part at token "
              + at
              + " of "
              + text.name()
              + ", so there is nothing to compare");
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }
}
