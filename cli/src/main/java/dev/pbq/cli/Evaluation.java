package dev.pbq.cli;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.linalg.Parallel;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.scoring.ForwardPass;
import dev.pbq.eval.scoring.WindowScorer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Perplexities of one model folder, dense or packed.
 *
 * @param threads for arithmetic
 * @param residentBytes largest float32 model held in memory whole
 * @param tokenizers opens the model's tokenizer
 * @param status shows progress
 */
record Evaluation(int threads, long residentBytes, TokenizerOptions tokenizers, StatusLine status) {
  /** Sequences longer than this are a choice to be made, not a default. */
  private static final int LONGEST_DEFAULT = 2048;

  /** The papers' window: 2048 tokens, or what the model has positions for. */
  static int defaultSeqlen(CausalModel model) {
    return Math.min(LONGEST_DEFAULT, model.maxPositions());
  }

  /**
   * Measures every text.
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
    return Parallel.withThreads(threads, () -> measure(name, folder, texts, seqlen, limit, format));
  }

  private List<PerplexityResult> measure(
      String name,
      ModelFolder folder,
      List<EvaluationText> texts,
      OptionalInt seqlen,
      OptionalInt limit,
      Optional<ActFormat> format) {
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    ProductOperands operands = format.map(f -> f.operands(model)).orElse(ProductOperands.UNCHANGED);
    List<PerplexityResult> results = new ArrayList<>();
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
        GptqProtocol protocol = new GptqProtocol(model, new WindowScorer(pass), tokenizer);
        for (EvaluationText text : texts) {
          PerplexityResult result =
              protocol.measure(
                  name,
                  text,
                  seqlen.orElse(defaultSeqlen(model)),
                  limit,
                  manager,
                  new ScoringStatus(status, text.name()));
          results.add(format.map(f -> result.withActFormat(f.label())).orElse(result));
          status.clear();
        }
      }
    }
    return results;
  }

  /** Refuses a checkpoint that lacks tensors, before any work is done. */
  static void requireTensors(CausalModel model, ModelWeights weights, Path folder) {
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
