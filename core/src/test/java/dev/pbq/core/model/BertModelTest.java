package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A random small BERT against a float64 implementation that shares no code with the product. */
class BertModelTest extends BertFixture {
  private static int[][] texts() {
    int[][] texts = new int[LENGTHS.length][];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = TestConfigs.ids(LENGTHS[i], 20 + i);
    }
    return texts;
  }

  /** Pads with tokens that are words too: only the lengths say what is padding. */
  private float[][] logits(
      EncoderClassifier model, MapWeights weights, ProductOperands operands, int[]... texts) {
    int width = Arrays.stream(texts).mapToInt(t -> t.length).max().orElseThrow();
    int[][] padded = new int[texts.length][];
    for (int i = 0; i < texts.length; i++) {
      padded[i] = TestConfigs.ids(width, 99);
      System.arraycopy(texts[i], 0, padded[i], 0, texts[i].length);
    }
    int[] lengths = Arrays.stream(texts).mapToInt(t -> t.length).toArray();
    try (NDManager scope = manager.newSubManager();
        TokenEmbedding embedding = model.embedding(scope, weights);
        ClassificationHead head = model.head(scope, weights)) {
      NDArray x = embedding.embed(scope, padded);
      for (int b = 0; b < model.blocks(); b++) {
        try (EncoderBlock block = model.block(scope, weights, b, operands)) {
          x = block.forward(x, lengths, LinearInputTap.NONE);
        }
      }
      return head.logits(x, lengths);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'hidden_act': 'relu', 'type_vocab_size': 1}",
        "{'num_attention_heads': 1, 'layer_norm_eps': 0.01}",
        "{'num_attention_heads': 16, 'intermediate_size': 20, 'id2label': {'0': 'a', '1': 'b'}}"
      })
  void logitsAreThoseOfTheReferenceWhateverIsPadded(String changes) {
    JsonNode config = TestConfigs.bert(changes);
    MapWeights weights = ReferenceBert.randomWeights(config, 7);
    Limits[] limits = {Limits.DEFAULT, new Limits(1, 1, 1, 1, 0)};
    int[][] texts = texts();
    for (Limits limit : limits) {
      EncoderClassifier model = Architectures.classifier(config, "c", limit);
      float[][] actual = logits(model, weights, ProductOperands.UNCHANGED, texts);
      for (int i = 0; i < texts.length; i++) {
        double[] expected = new ReferenceBert(config, weights).logits(texts[i]);
        assertThat(actual[i]).hasSize(config.get("id2label").size());
        for (int j = 0; j < expected.length; j++) {
          assertThat((double) actual[i][j])
              .as("text %d, label %d, %s", i, j, limit)
              .isCloseTo(expected[j], within(2e-5));
        }
      }
    }
  }

  @Test
  void logitsDoNotDependOnTheBatch() {
    MapWeights weights = ReferenceBert.randomWeights(BERT, 7);
    EncoderClassifier model = Architectures.classifier(BERT, "c");
    int[][] texts = texts();
    float[][] together = logits(model, weights, ProductOperands.UNCHANGED, texts);
    for (int i = 0; i < texts.length; i++) {
      float[] alone = logits(model, weights, ProductOperands.UNCHANGED, texts[i])[0];
      for (int j = 0; j < alone.length; j++) {
        assertThat(together[i][j]).isCloseTo(alone[j], within(1e-5f));
      }
    }
  }

  @Test
  void laterTokensAreSeen() {
    MapWeights weights = ReferenceBert.randomWeights(BERT, 7);
    EncoderClassifier model = Architectures.classifier(BERT, "c");
    int[] text = TestConfigs.ids(9, 1);
    int[] other = text.clone();
    other[8] = (other[8] + 1) % TestConfigs.VOCABULARY;
    assertThat(logits(model, weights, ProductOperands.UNCHANGED, text)[0])
        .isNotEqualTo(logits(model, weights, ProductOperands.UNCHANGED, other)[0]);
  }

  @Test
  void theTapSeesTheInputsInTheirOrder() {
    MapWeights weights = ReferenceBert.randomWeights(BERT, 3);
    EncoderClassifier model = Architectures.classifier(BERT, "c");
    List<LinearInput> inputs = new ArrayList<>();
    try (NDArray x = input(2, 11);
        EncoderBlock block = model.block(manager, weights, 1);
        NDArray y =
            block.forward(
                x,
                new int[] {11, 3},
                (input, values, sequences, tokens) -> {
                  assertThat(values.capacity()).isEqualTo(22 * input.features());
                  inputs.add(input);
                })) {
      assertThat(y.getShape()).isEqualTo(x.getShape());
    }
    assertThat(inputs).isEqualTo(model.linearInputs(1));
    for (LinearInput input : inputs) {
      for (Linear linear : input.linears()) {
        assertThat(model.linearShape(linear.name())[1]).isEqualTo(input.features());
        assertThat(linear.name()).startsWith(model.blockPrefix(1) + ".");
      }
    }
  }

  @Test
  void noArrayOutlivesACall() {
    MapWeights weights = ReferenceBert.randomWeights(BERT, 3);
    for (ProductOperands operands :
        List.<ProductOperands>of(
            ProductOperands.UNCHANGED, (product, operand) -> (x, m, r, c) -> {})) {
      try (NDManager scope = manager.newSubManager();
          NDArray x = input(2, 11);
          EncoderBlock block =
              Architectures.classifier(BERT, "c").block(manager, weights, 1, operands)) {
        x.attach(scope);
        float[] before = x.toFloatArray();
        for (int i = 0; i < 3; i++) {
          try (NDArray y = block.forward(x, new int[] {11, 4}, LinearInputTap.NONE)) {
            assertThat(scope.getManagedArrays()).containsExactlyInAnyOrder(x, y);
          }
        }
        assertThat(x.toFloatArray()).isEqualTo(before);
      }
    }
  }

  @Test
  void tensorsThatAreMissingOrOddAreNamed() {
    EncoderClassifier model = Architectures.classifier(BERT, "c");
    assertThat(model.requiredTensors()).hasSize(5 + 2 * 16 + 4);
    MapWeights weights = ReferenceBert.randomWeights(BERT, 3);
    assertThat(model.requiredTensors()).allMatch(weights::contains);
    weights.remove("classifier.bias");
    assertThatThrownBy(() -> model.head(manager, weights))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("classifier.bias");
    weights.put("bert.encoder.layer.1.output.dense.bias", new float[3], 3);
    assertThatThrownBy(() -> model.block(manager, weights, 1))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("bert.encoder.layer.1.output.dense.bias");
  }

  @Test
  void tooLongOrEmptySequencesAreRefused() {
    MapWeights weights = ReferenceBert.randomWeights(BERT, 3);
    EncoderClassifier model = Architectures.classifier(BERT, "c");
    assertThatThrownBy(
            () -> logits(model, weights, ProductOperands.UNCHANGED, TestConfigs.ids(41, 1)))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("41 tokens is longer than the model's 40 positions");
    assertThatThrownBy(() -> run(ProductOperands.UNCHANGED, 11, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> run(ProductOperands.UNCHANGED, 12, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
