package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A small random BERT, and an engine of one thread. */
abstract class BertFixture {
  static final JsonNode BERT = TestConfigs.bert("{}");
  static final int[] LENGTHS = {2, 33, 5, 33, 17};

  NDManager manager;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  @BeforeEach
  void open() {
    manager = Engines.newManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  NDArray input(int sequences, int tokens) {
    Random random = new Random(4);
    float[] values = new float[sequences * tokens * 48];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, new Shape(sequences, tokens, 48));
  }

  float[] run(ProductOperands operands, int... lengths) {
    MapWeights weights = ReferenceBert.randomWeights(BERT, 3);
    try (NDArray x = input(lengths.length, 11);
        EncoderBlock block =
            Architectures.classifier(BERT, "c").block(manager, weights, 1, operands);
        NDArray y = block.forward(x, lengths, LinearInputTap.NONE)) {
      return y.toFloatArray();
    }
  }
}
