package dev.pbq.workflow.export;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelResolver;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.eval.run.LogitProbe;
import dev.pbq.eval.run.Running;
import dev.pbq.export.ExportSource;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.ModelConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Opens what was written as a model, and compares it with its source: every weight within the error
 * that the exporter states for it, and the logits of some tokens. A difference of the logits must
 * come from the weights alone: the source's architecture gives the export's logits with the
 * export's weights.
 *
 * @param source the folder that is exported
 * @param model its architecture
 * @param tokens how many are run
 * @param running what may be used of the machine
 */
record LogitCheck(ModelFolder source, TransformerModel model, int tokens, Running running) {
  /** Steps from token to token: a prime, so that most vocabularies are met all over. */
  private static final int STRIDE = 7919;

  /**
   * How far logits may differ, as a share of the largest, where nothing should differ: files may
   * hold numbers of the configuration in float32.
   */
  private static final double TOLERANCE = 1e-6;

  /**
   * Compares.
   *
   * @param written the folder or file
   * @param tensors what was stored, with the error of each
   * @return what a user should know
   * @throws PbqException BAD_DATA if it is not the model that was meant
   */
  List<String> look(Path written, List<ExportedTensor> tensors) {
    ModelFolder folder = open(written);
    String where = folder.shown().toString();
    TransformerModel exported = Architectures.any(folder.config(), where);
    int[] ids = ids();
    LogitProbe probe = new LogitProbe(running);
    try (ModelWeights before = Checkpoints.open(source);
        ModelWeights after = Checkpoints.open(folder)) {
      new WeightComparison(model, tensors).requireStated(before, after);
      float[] meant = probe.logits(model, before, ids);
      float[] given = probe.logits(exported, after, ids);
      requireAsMany(meant, given);
      boolean exact = tensors.stream().allMatch(t -> t.error().isZero());
      float[] explained = exact ? meant : probe.logits(described(), after, ids);
      double unexplained = largest(explained, given);
      double scale = largest(meant, new float[meant.length]);
      if (!(unexplained <= TOLERANCE * scale)) {
        throw PbqException.badData(
            "the export is another model than its source: logits of %d tokens differ by up to %.3g,"
                    .formatted(tokens, unexplained)
                + " which the stored weights do not explain");
      }
      double difference = largest(meant, given);
      return List.of(
          difference == 0
              ? "run with %d tokens: logits are those of the source".formatted(tokens)
              : String.format(
                  Locale.ROOT,
                  "run with %d tokens: logits differ from the source's by up to %.3g (the largest"
                      + " is %.3g)",
                  tokens,
                  difference,
                  scale));
    }
  }

  /** The source's model, with places for what its packed layers bring themselves: biases. */
  private TransformerModel described() {
    try (ExportSource described = ExportSource.open(source)) {
      return Architectures.any(ModelConfig.of(described), source.shown().toString());
    }
  }

  private int[] ids() {
    int[] ids = new int[tokens];
    for (int i = 0; i < tokens; i++) {
      ids[i] = (int) ((long) (i + 1) * STRIDE % model.vocabularySize());
    }
    return ids;
  }

  /** A file is unpacked, but for its weights. */
  private static ModelFolder open(Path written) {
    if (Files.isDirectory(written)) {
      return ModelFolder.open(written);
    }
    ModelResolver files =
        new ModelResolver(
            Map.of(),
            Map.of(),
            (id, revision) -> {
              throw PbqException.badData(id + " was read back as no model");
            });
    return ModelFolder.open(files.resolve(written.toString()).folder());
  }

  private static void requireAsMany(float[] meant, float[] given) {
    if (meant.length != given.length) {
      throw PbqException.badData(
          "the export is another model than its source: it gives "
              + given.length
              + " logits instead of "
              + meant.length);
    }
  }

  /** NaN where a logit is none. */
  private static double largest(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
    }
    return largest;
  }
}
