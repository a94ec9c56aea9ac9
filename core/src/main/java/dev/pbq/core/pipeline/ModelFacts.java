package dev.pbq.core.pipeline;

import dev.pbq.core.Contradiction;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.checkpoint.TiedWeights;
import dev.pbq.core.checkpoint.UnknownTensors;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.model.VocabularyTable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the files of one model say differently from each other, or say for nothing. Whoever opens a
 * model tells it once; everything that is told is a warning, for the model can be run.
 *
 * @param where the model, for people
 * @param sentences the warnings, without the model's name
 * @param unknown tensors that are no part of the model
 */
public record ModelFacts(String where, List<String> sentences, UnknownTensors unknown) {
  private static final Logger LOG = LoggerFactory.getLogger(ModelFacts.class);
  private static final String BIAS = ".bias";
  private static final String WEIGHT = ".weight";
  private static final int LISTED = 3;

  public ModelFacts {
    sentences = List.copyOf(sentences);
  }

  /**
   * Compares configuration and tensors; reads headers, and the embedding where a head may repeat
   * it.
   *
   * @param weights of the folder, lent
   * @param layout of the model that the configuration describes
   */
  public static ModelFacts of(ModelFolder folder, ModelWeights weights, ModelLayout layout) {
    List<String> sentences = new ArrayList<>();
    folder.contradictions().forEach(c -> sentences.add(c.sentence()));
    architecture(folder).ifPresent(c -> sentences.add(c.sentence()));
    head(weights, layout).ifPresent(sentences::add);
    List<String> known = new ArrayList<>(layout.knownTensors());
    if (weights instanceof PackedCheckpoint packed) {
      known.addAll(packed.ownBiases());
      packed.foreignLayout().ifPresent(foreign -> sentences.addAll(foreign.notes(folder)));
    }
    UnknownTensors all = UnknownTensors.of(known, weights.names());
    Set<String> linears =
        layout.linears().stream().map(linear -> linear.name() + BIAS).collect(Collectors.toSet());
    List<String> biases =
        all.names().stream()
            .filter(name -> TensorNames.resolve(name, linears::contains).isPresent())
            .toList();
    if (!biases.isEmpty()) {
      sentences.add(
          "biases of linear layers (%d, %s) are in the checkpoint, and config.json switches none"
                  .formatted(biases.size(), listed(biases))
              + " of them on; config.json counts, as in transformers: they are unused");
    }
    stored(weights)
        .map(Checkpoint::unread)
        .filter(unread -> !unread.isEmpty())
        .ifPresent(
            unread ->
                sentences.add(
                    ("tensors of types that pbq does not read (%s; %d, %s) are left out, which is"
                            + " no loss: they are no part of the model")
                        .formatted(
                            String.join(", ", new TreeSet<>(unread.values())),
                            unread.size(),
                            listed(List.copyOf(unread.keySet())))));
    return new ModelFacts(
        folder.shown().toString(),
        sentences,
        new UnknownTensors(all.names().stream().filter(n -> !biases.contains(n)).toList()));
  }

  /** Says everything in the log. */
  public void tell() {
    sentences.forEach(sentence -> LOG.warn("{}: {}", where, sentence));
    unknown.tell(where);
  }

  /**
   * Says in the log what the vocabulary of tokenizer and model do not share: tokens that the model
   * does not have; rows of the embedding that are no numbers and that no token reaches, which are
   * then left out of what is loaded. Of a tied table these rows are refused, when the head is
   * loaded: they spoil every likelihood.
   *
   * @param where the model, for people
   * @param tokens how many ids the tokenizer has
   * @param weights of the model, lent
   */
  public static void tellVocabulary(
      String where, int tokens, TransformerModel model, ModelWeights weights) {
    String embedding = model.layout().outer().embedding() + WEIGHT;
    int vocabulary = model.vocabularySize();
    boolean own =
        model.layout().vocabularyTables(weights::contains).stream()
            .noneMatch(table -> table.use() == VocabularyTable.Use.BOTH);
    if (own && tokens < vocabulary) {
      stored(weights)
          .filter(s -> s.contains(embedding) && s.shape(embedding)[0] == vocabulary)
          .filter(s -> !isFinite(s, embedding, tokens, vocabulary))
          .ifPresent(
              s -> {
                s.leaveOut(embedding, tokens);
                LOG.warn(
                    "{}: rows of {} from {} on hold NaN or infinity; no token of the tokenizer"
                        + " reaches them, and they are unused",
                    where,
                    embedding,
                    tokens);
              });
    }
    if (tokens > vocabulary) {
      LOG.warn(
          "{}: the vocabulary has {} tokens by the tokenizer and {} by config.json (vocab_size);"
              + " the latter counts: texts with other tokens are refused",
          where,
          tokens,
          vocabulary);
    }
  }

  /** A class of another family than {@code model_type}, which says what the tensors mean. */
  private static Optional<Contradiction> architecture(ModelFolder folder) {
    String type = folder.modelType().orElse("");
    String name = folder.config().path("architectures").path(0).asText("");
    String stem = plain(name.replaceFirst("(For|LMHead|Model|Text)[A-Z].*$|Model$", ""));
    boolean other =
        !plain(type).startsWith(stem)
            && Architectures.supported().stream().map(ModelFacts::plain).anyMatch(stem::equals);
    return other
        ? Optional.of(
            new Contradiction("the family", type, "config.json, model_type", name, "architectures"))
        : Optional.empty();
  }

  private static String plain(String type) {
    return type.toLowerCase(Locale.ROOT).replace("_", "");
  }

  private static Optional<String> head(ModelWeights weights, ModelLayout layout) {
    boolean tied =
        layout.vocabularyTables(head -> false).stream()
            .anyMatch(table -> table.use() == VocabularyTable.Use.BOTH);
    String head = layout.outer().head() + WEIGHT;
    if (!tied || !weights.contains(head) || repeats(weights, head, layout)) {
      return Optional.empty();
    }
    return Optional.of(
        "the head is the embedding by config.json (tie_word_embeddings), and a tensor "
            + head
            + " of other values in the checkpoint; the latter counts, as in transformers");
  }

  private static boolean isFinite(Checkpoint weights, String table, int from, int to) {
    int width = Math.toIntExact(weights.info(table).elementCount() / to);
    for (int row = from; row < to; row++) {
      float[] values = new float[width];
      weights.readRows(table, row, 1, FloatBuffer.wrap(values));
      for (float value : values) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
    }
    return true;
  }

  private static Optional<Checkpoint> stored(ModelWeights weights) {
    return weights instanceof Checkpoint dense
        ? Optional.of(dense)
        : weights instanceof PackedCheckpoint packed
            ? Optional.of(packed.stored())
            : Optional.empty();
  }

  private static String listed(List<String> names) {
    String some = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
    return TensorNames.printable(some) + (names.size() > LISTED ? ", ..." : "");
  }

  private static boolean repeats(ModelWeights weights, String head, ModelLayout layout) {
    String embedding = layout.outer().embedding() + WEIGHT;
    return stored(weights)
        .filter(s -> s.contains(head) && s.contains(embedding))
        .map(s -> TiedWeights.sameContents(s, s.info(head), s.info(embedding)))
        .orElse(false);
  }
}
