package dev.pbq.cli;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.protocol.PerplexityMeasurement;
import dev.pbq.eval.scoring.ForwardPass;
import dev.pbq.eval.scoring.MeasuredModel;
import dev.pbq.formats.model.ActFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;

/**
 * Perplexities of one model folder, dense or packed.
 *
 * @param threads for arithmetic
 * @param residentBytes largest float32 model held in memory whole
 * @param tokenizers opens the model's tokenizer
 * @param status shows progress
 */
record Evaluation(int threads, long residentBytes, TokenizerOptions tokenizers, StatusLine status) {
  /** The papers' window: 2048 tokens, or what the model has positions for. */
  static int defaultSeqlen(TransformerModel model) {
    return GptqProtocol.defaultSeqlen(model);
  }

  /**
   * Measures every text by protocol gptq.
   *
   * @param name the model's name in the results
   * @param seqlen tokens per window; empty for the model's default
   * @param format the number formats that products are computed in; empty for float32
   */
  List<PerplexityResult> run(
      String name,
      ModelFolder folder,
      List<EvaluationText> texts,
      OptionalInt seqlen,
      OptionalInt limit,
      Optional<ActFormat> format) {
    List<PerplexityMeasurement> measurements =
        texts.stream()
            .<PerplexityMeasurement>map(text -> new GptqProtocol(text, seqlen, limit))
            .toList();
    return run(name, folder, measurements, format);
  }

  /** Makes every measurement; parameters as above. */
  List<PerplexityResult> run(
      String name,
      ModelFolder folder,
      List<PerplexityMeasurement> measurements,
      Optional<ActFormat> format) {
    return with(
        name,
        folder,
        format,
        (model, manager) -> {
          List<PerplexityResult> results = new ArrayList<>();
          for (PerplexityMeasurement measurement : measurements) {
            PerplexityResult result =
                measurement.run(model, manager, new ScoringStatus(status, measurement.textName()));
            results.add(format.map(f -> result.withActFormat(f.label())).orElse(result));
            status.clear();
          }
          return results;
        });
  }

  /**
   * Opens a model, lends it to {@code body}, closes it.
   *
   * @return what the body answers, which must own nothing of the model
   */
  <T> T with(
      String name,
      ModelFolder folder,
      Optional<ActFormat> format,
      BiFunction<MeasuredModel, NDManager, T> body) {
    return Parallel.withThreads(threads, () -> open(name, folder, format, body));
  }

  private <T> T open(
      String name,
      ModelFolder folder,
      Optional<ActFormat> format,
      BiFunction<MeasuredModel, NDManager, T> body) {
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    ProductOperands operands = format.map(f -> f.operands(model)).orElse(ProductOperands.UNCHANGED);
    try (ModelWeights weights = Checkpoints.open(folder);
        Tokenizer tokenizer = tokenizers.open(folder.path())) {
      requireTensors(model, weights, folder.path());
      Engines.setThreads(threads);
      try (NDManager manager = Engines.newManager()) {
        ForwardPass pass =
            new ForwardPass(
                model,
                weights,
                operands,
                residentBytes,
                Path.of(System.getProperty("java.io.tmpdir")));
        return body.apply(new MeasuredModel(name, pass, tokenizer), manager);
      }
    }
  }

  /** Refuses a checkpoint that lacks tensors, before any work is done. */
  static void requireTensors(TransformerModel model, ModelWeights weights, Path folder) {
    List<String> missing =
        model.requiredTensors().stream().filter(name -> !weights.contains(name)).toList();
    if (!missing.isEmpty()) {
      throw PbqException.notFound(
          folder
              + " lacks the tensor "
              + missing.get(0)
              + (missing.size() > 1 ? " and " + (missing.size() - 1) + " others" : "")
              + " that config.json calls for");
    }
  }
}
