package dev.pbq.train.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The forward pass reads a Hugging Face Llama (rotations, shared heads, norms) as others do. */
class LlamaForwardReferenceTest {
  private static final int WINDOW = 256;
  private static final int WINDOWS = 100;

  @Test
  void perplexityOfAModelOfOthersIsTheReference() throws IOException {
    Path folder = SharedFolder.of("models/stories-3m");
    double reference =
        new ObjectMapper()
            .readTree(folder.resolve("reference_quant.json").toFile())
            .path("ppl")
            .path("full_precision")
            .asDouble();
    int[] ids = ids(folder);
    try (NDManager manager = NDManager.newBaseManager()) {
      Parameters parameters =
          new Parameters(manager, new TinyConfig(512, 256, 768, 4, 8, 4, WINDOW));
      TinyModelFolder.read(folder, parameters);
      LlamaForward forward = new LlamaForward(manager, parameters);
      double sum = 0;
      for (int w = 0; w < WINDOWS; w++) {
        int[] window = Arrays.copyOfRange(ids, w * WINDOW, (w + 1) * WINDOW);
        try (NDManager step = manager.newSubManager()) {
          parameters.lendTo(step);
          int[][] inputs = {Arrays.copyOf(window, WINDOW - 1)};
          int[][] targets = {Arrays.copyOfRange(window, 1, WINDOW)};
          sum += forward.loss(step, inputs, targets).getFloat();
        }
      }
      assertThat(Math.exp(sum / WINDOWS)).isCloseTo(reference, within(1e-4));
    }
  }

  private static int[] ids(Path folder) throws IOException {
    List<String> stories = new ArrayList<>();
    for (String line : Files.readAllLines(SharedFolder.of("corpora/tinystories.jsonl"))) {
      JsonNode story = new ObjectMapper().readTree(line);
      stories.add(story.path("text").asText());
    }
    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(folder)
            .optTruncation(false)
            .optPadding(false)
            .build()) {
      long[] ids = tokenizer.encode(String.join("\n\n", stories)).getIds();
      return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }
  }
}
