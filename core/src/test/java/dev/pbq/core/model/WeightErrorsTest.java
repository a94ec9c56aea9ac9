package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.PbqException.Kind;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Weights that do not fit the configuration, tokens that do not fit the vocabulary. */
class WeightErrorsTest {
  private static final JsonNode CONFIG = TestConfigs.llama("{}");
  private static final Limits LAZY = new Limits(1 << 20, 512, 1 << 20, 1 << 20, 0);

  private final CausalModel model = Architectures.of(CONFIG, "config.json");
  private NDManager manager;

  @BeforeEach
  void open() {
    manager = Engines.newManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void aMissingTensorIsNamed() {
    String name = "model.layers.1.self_attn.k_proj.weight";
    refused(
        w -> w.remove(name),
        w -> model.block(manager, w, 1),
        Kind.NOT_FOUND,
        "tensor " + name + " is missing from the checkpoint");
  }

  @Test
  void aWrongShapeIsNamed() {
    String name = "model.layers.1.mlp.down_proj.weight";
    refused(
        w -> w.put(name, new float[48 * 81], 48, 81),
        w -> model.block(manager, w, 1),
        Kind.BAD_DATA,
        "tensor " + name + " has shape [48, 81], the configuration asks for [48, 80]");
  }

  @Test
  void anotherVocabularyIsCalledThat() {
    Consumer<MapWeights> change =
        w -> w.put("model.embed_tokens.weight", new float[64 * 48], 64, 48);
    String message =
        "tensor model.embed_tokens.weight has 64 rows but vocab_size in the configuration is 61";
    refused(change, w -> model.embedding(manager, w), Kind.BAD_DATA, message);
    CausalModel tied =
        Architectures.of(TestConfigs.llama("{'tie_word_embeddings': true}"), "config.json");
    // A head in the file would be what counts.
    refused(
        change.andThen(w -> w.remove("lm_head.weight")),
        w -> tied.head(manager, w),
        Kind.BAD_DATA,
        message);
  }

  @Test
  void valuesThatAreNotFiniteAreFound() {
    refused(
        w -> w.values("model.layers.0.mlp.up_proj.weight")[48 * 3 + 5] = Float.NaN,
        w -> model.block(manager, w, 0),
        Kind.NUMERICAL,
        "tensor model.layers.0.mlp.up_proj.weight holds NaN at [3, 5]");
    refused(
        w -> w.values("model.norm.weight")[7] = Float.NEGATIVE_INFINITY,
        w -> model.head(manager, w),
        Kind.NUMERICAL,
        "tensor model.norm.weight holds -Infinity at [7]");
    refused(
        w -> w.values("model.embed_tokens.weight")[48 * 60] = Float.POSITIVE_INFINITY,
        w -> model.embedding(manager, w),
        Kind.NUMERICAL,
        "tensor model.embed_tokens.weight holds Infinity at [60, 0]");
  }

  @Test
  void largeFiniteValuesAreNotMistakenForInfinity() {
    MapWeights weights = ReferenceLlama.randomWeights(CONFIG, 1);
    Arrays.fill(weights.values("model.layers.0.mlp.up_proj.weight"), 3e38f);
    model.block(manager, weights, 0).close();
  }

  @Test
  void rowsReadLazilyAreCheckedToo() {
    MapWeights weights = ReferenceLlama.randomWeights(CONFIG, 1);
    weights.values("model.embed_tokens.weight")[48 * 60 + 2] = Float.NaN;
    try (TokenEmbedding embedding =
        Architectures.of(CONFIG, "config.json", LAZY).embedding(manager, weights)) {
      embedding.embed(manager, new int[][] {{59, 3}}).close();
      assertPbq(
          () -> embedding.embed(manager, new int[][] {{3, 60}}),
          Kind.NUMERICAL,
          "tensor model.embed_tokens.weight holds NaN at [60, 2]");
    }
    assertThat(manager.getManagedArrays()).isEmpty();
  }

  @Test
  void tokensOutsideTheVocabularyAreRefused() {
    MapWeights weights = ReferenceLlama.randomWeights(CONFIG, 1);
    try (TokenEmbedding embedding = model.embedding(manager, weights);
        LanguageHead head = model.head(manager, weights);
        NDArray hidden = manager.zeros(new Shape(1, 2, 48))) {
      for (int id : new int[] {61, -1}) {
        String message = "token id " + id + " is outside the vocabulary of 61 tokens";
        assertPbq(() -> embedding.embed(manager, new int[][] {{0, id}}), Kind.BAD_DATA, message);
        assertPbq(() -> head.nextTokenNll(hidden, new int[][] {{0, id}}), Kind.BAD_DATA, message);
      }
      assertThatThrownBy(() -> embedding.embed(manager, new int[][] {{1, 2}, {3}}))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> head.nextTokenNll(hidden, new int[][] {{1, 2, 3}}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void optHasNoPositionsBeyondItsTable() {
    JsonNode config = TestConfigs.opt("{}");
    MapWeights weights = ReferenceOpt.randomWeights(config, 1);
    try (TokenEmbedding embedding =
        Architectures.of(config, "config.json").embedding(manager, weights)) {
      embedding.embed(manager, new int[1][40]).close();
      assertPbq(
          () -> embedding.embed(manager, new int[1][41]),
          Kind.USAGE,
          "a sequence of 41 tokens is longer than the model's 40 positions");
    }
  }

  @Test
  void aLossThatIsNotFiniteStops() {
    MapWeights weights = ReferenceLlama.randomWeights(CONFIG, 1);
    try (LanguageHead head = model.head(manager, weights);
        NDArray hidden = manager.full(new Shape(1, 3, 48), Float.NaN)) {
      assertPbq(
          () -> head.nextTokenNll(hidden, new int[][] {{1, 2, 3}}),
          Kind.NUMERICAL,
          "the loss of token 1 of sequence 0 is NaN");
    }
  }

  @Test
  void theCatalogueNamesAllTensorsAndShapes() {
    assertThat(model.requiredTensors())
        .hasSize(1 + 2 * 9 + 2)
        .contains("model.embed_tokens.weight", "model.norm.weight", "lm_head.weight");
    assertThat(model.linearShape("model.layers.1.self_attn.k_proj")).containsExactly(16, 48);
    assertThat(
            Architectures.of(TestConfigs.llama("{'tie_word_embeddings': true}"), "c")
                .requiredTensors())
        .doesNotContain("lm_head.weight");
    assertThatThrownBy(() -> model.linearShape("model.layers.2.self_attn.k_proj"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> model.linearShape("model.norm"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> model.linearInputs(2)).isInstanceOf(IndexOutOfBoundsException.class);
    CausalModel opt = Architectures.of(TestConfigs.opt("{}"), "c");
    assertThat(opt.linearInputs(0).get(0).linears())
        .extracting(Linear::name)
        .containsExactly(
            "model.decoder.layers.0.self_attn.q_proj",
            "model.decoder.layers.0.self_attn.k_proj",
            "model.decoder.layers.0.self_attn.v_proj");
    assertThat(opt.requiredTensors()).hasSize(2 + 2 * 16 + 2);
  }

  @Test
  void anEngineThatDoesNotStartIsAClearError() {
    assertPbq(
        () ->
            Engines.start(
                () -> {
                  throw new EngineException("outer", new UnsatisfiedLinkError("no libdjl_torch"));
                }),
        Kind.NOT_FOUND,
        "the native libraries of the PyTorch engine cannot be loaded (is there room in ~/.djl.ai,"
            + " or in the folder that DJL_CACHE_DIR names?): no libdjl_torch");
    assertPbq(
        () -> Engines.setThreads(0), Kind.USAGE, "the number of threads must be positive, not 0");
  }

  private void refused(
      Consumer<MapWeights> change, Consumer<MapWeights> load, Kind kind, String message) {
    MapWeights weights = ReferenceLlama.randomWeights(CONFIG, 1);
    change.accept(weights);
    assertPbq(() -> load.accept(weights), kind, message);
    assertThat(manager.getManagedArrays()).as("nothing stays behind").isEmpty();
  }

  private static void assertPbq(Runnable action, Kind kind, String message) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(PbqException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessage(message);
  }
}
