package dev.pbq.cli;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.Amounts;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.EvaluationWindows;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.eval.distance.CacheHeader;
import dev.pbq.eval.distance.DistanceMeasurement;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.distance.DistanceStatistics;
import dev.pbq.eval.distance.FolderFingerprint;
import dev.pbq.eval.distance.LogProbabilityReader;
import dev.pbq.eval.distance.LogitSource;
import dev.pbq.eval.distance.ModelLogits;
import dev.pbq.eval.distance.ReferenceCache;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.scoring.ForwardPass;
import dev.pbq.formats.model.ActFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Distances between models, one at a time in memory: the reference's log-probabilities go through a
 * file.
 *
 * @param threads for arithmetic
 * @param residentBytes largest float32 model held in memory whole
 * @param tokenizers opens the models' tokenizers
 * @param status shows progress
 */
record DistanceEvaluation(
    int threads, long residentBytes, TokenizerOptions tokenizers, StatusLine status) {
  /**
   * One of the two models.
   *
   * @param name in the results
   * @param folder dense or packed
   */
  record Named(String name, ModelFolder folder) {
    CausalModel model() {
      return Architectures.of(folder.config(), folder.path().toString());
    }

    Optional<ActFormat> format() {
      return ActFormat.recorded(folder);
    }

    String formatLabel() {
      return format().map(ActFormat::label).orElse("none");
    }
  }

  /** What both models are run on. */
  private record Task(int[][] windows, CacheHeader header, String tokenizer) {}

  /**
   * Measures.
   *
   * @param seqlen tokens per window; empty for the default of the shorter model
   * @param cache where the reference's log-probabilities are, or are put; empty for a scratch file
   * @throws PbqException BAD_DATA if the tokenizers or vocabularies differ; USAGE if the cache is
   *     of something else; RESOURCES if there is no room for it
   */
  DistanceResult run(
      Named model,
      Named reference,
      EvaluationText text,
      OptionalInt seqlen,
      OptionalInt limit,
      Optional<Path> cache) {
    return Parallel.withThreads(
        threads, () -> measure(model, reference, text, seqlen, limit, cache));
  }

  private DistanceResult measure(
      Named model,
      Named reference,
      EvaluationText text,
      OptionalInt seqlen,
      OptionalInt limit,
      Optional<Path> cache) {
    long start = System.nanoTime();
    Task task = prepare(model, reference, text, seqlen, limit);
    Path file = cache.orElseGet(DistanceEvaluation::scratchFile);
    try {
      double referenceSeconds = 0;
      if (cache.isEmpty() || !ReferenceCache.isUsable(file, task.header())) {
        long before = System.nanoTime();
        requireRoom(file, task.header());
        withLogits(
            reference,
            "reference on " + text.name(),
            logits -> ReferenceCache.write(file, task.header(), task.windows(), logits));
        referenceSeconds = (System.nanoTime() - before) * 1e-9;
      }
      DistanceStatistics statistics = compare(model, task, file, text.name());
      return new DistanceResult(
          model.name(),
          reference.name(),
          text.name(),
          GptqProtocol.NAME,
          task.header().seqlen(),
          task.windows().length,
          text.joined(),
          text.sha256(),
          task.header().tokensSha256(),
          task.tokenizer(),
          task.header().weights(),
          model.format().map(ActFormat::label).orElse(null),
          statistics,
          referenceSeconds,
          (System.nanoTime() - start) * 1e-9);
    } finally {
      status.clear();
      if (cache.isEmpty()) {
        delete(file);
      }
    }
  }

  private DistanceStatistics compare(Named model, Task task, Path file, String text) {
    DistanceStatistics[] result = new DistanceStatistics[1];
    try (LogProbabilityReader reader = LogProbabilityReader.open(file)) {
      withLogits(
          model,
          model.name() + " on " + text,
          logits ->
              result[0] =
                  DistanceStatistics.of(
                      DistanceMeasurement.measure(task.windows(), logits, reader)));
    }
    return result[0];
  }

  private Task prepare(
      Named model, Named reference, EvaluationText text, OptionalInt seqlen, OptionalInt limit) {
    CausalModel first = reference.model();
    CausalModel second = model.model();
    int positions = Math.min(first.maxPositions(), second.maxPositions());
    int tokens =
        seqlen.orElse(Math.min(Evaluation.defaultSeqlen(first), Evaluation.defaultSeqlen(second)));
    if (tokens < 2 || tokens > positions) {
      throw PbqException.usage(
          "--seqlen " + tokens + " is not between 2 and the models' " + positions);
    }
    try (Tokenizer original = tokenizers.open(reference.folder().path());
        Tokenizer own = tokenizers.open(model.folder().path())) {
      int[] ids = text.tokens(original, tokens);
      requireSameTokens(model, reference, text, ids, text.tokens(own, tokens));
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
      int[][] windows = EvaluationWindows.split(text.name(), ids, tokens, limit);
      CacheHeader header =
          new CacheHeader(
              CacheHeader.VERSION,
              CacheHeader.DTYPE,
              reference.name(),
              FolderFingerprint.of(reference.folder()),
              original.fingerprint(),
              reference.formatLabel(),
              text.name(),
              text.sha256(),
              EvaluationWindows.sha256(windows),
              windows.length,
              tokens,
              first.vocabularySize(),
              Version.current());
      return new Task(windows, header, own.fingerprint());
    }
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

  private void withLogits(Named named, String what, Consumer<LogitSource> use) {
    CausalModel model = named.model();
    ProductOperands operands =
        named.format().map(f -> f.operands(model)).orElse(ProductOperands.UNCHANGED);
    try (ModelWeights weights = Checkpoints.open(named.folder())) {
      Evaluation.requireTensors(model, weights, named.folder().path());
      Engines.setThreads(threads);
      try (NDManager manager = Engines.newManager()) {
        ForwardPass pass =
            new ForwardPass(model, weights, operands, residentBytes, scratchFolder());
        use.accept(new ModelLogits(pass, manager, new ScoringStatus(status, what)));
      }
    }
  }

  private static void requireRoom(Path file, CacheHeader header) {
    Path folder = file.toAbsolutePath().getParent();
    long bytes = ReferenceCache.fileBytes(header);
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < bytes) {
        throw new PbqException(
            PbqException.Kind.RESOURCES,
            "no room for the reference's log-probabilities in "
                + folder
                + ": "
                + Amounts.bytes(bytes)
                + " needed, "
                + Amounts.bytes(free)
                + " free; --limit measures fewer windows, --cache names another place");
      }
    } catch (IOException e) {
      throw new PbqException(
          PbqException.Kind.NOT_FOUND, "cannot write " + file + ": its folder does not exist", e);
    }
  }

  private static Path scratchFolder() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static Path scratchFile() {
    try {
      return Files.createTempFile(scratchFolder(), "pbq-reference-", ".logp");
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot create a scratch file in " + scratchFolder() + ": " + e.getMessage(), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot delete the scratch file " + file + ": " + e.getMessage(), e);
    }
  }
}
