package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A small random decoder block of Llama and of OPT, and an engine of one thread. */
abstract class DecoderBlockFixture {
  static final JsonNode LLAMA = TestConfigs.llama("{'attention_bias': true, 'mlp_bias': true}");
  static final JsonNode OPT = TestConfigs.opt("{'activation_function': 'gelu'}");

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

  DecoderBlock block(JsonNode config) {
    return Architectures.of(config, "c").block(manager, weights(config), 1);
  }

  static MapWeights weights(JsonNode config) {
    return config.get("model_type").textValue().equals("opt")
        ? ReferenceOpt.randomWeights(config, 12)
        : ReferenceLlama.randomWeights(config, 12);
  }

  float[] run(DecoderBlock block, NDArray x) {
    try (NDArray y = block.forward(x, LinearInputTap.NONE)) {
      return y.toFloatArray();
    }
  }

  NDArray random(int sequences, int tokens, long seed) {
    Random random = new Random(seed);
    float[] values = new float[sequences * tokens * 48];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, new Shape(sequences, tokens, 48));
  }
}
