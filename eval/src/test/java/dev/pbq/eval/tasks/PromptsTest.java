package dev.pbq.eval.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.data.DataRows;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts against the request objects that a real run made of the same rows. */
class PromptsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({
    "arc_easy, arc_easy.validation, LM_EVAL",
    "arc_challenge, arc_challenge.validation, LM_EVAL",
    "boolq, boolq.validation, LM_EVAL",
    "winogrande, winogrande_xl.validation, LM_EVAL",
    "piqa, piqa.validation, OLMES",
    "openbookqa, openbookqa.validation, OLMES",
    "copa, copa.validation, OLMES"
  })
  void requestsAreThoseOfARealRun(String name, String file, PromptStyle style) throws IOException {
    DataRows rows = DataRows.read(SharedFolder.of("tasks/" + file + ".jsonl"));
    Map<Integer, Set<String>> expected = new HashMap<>();
    for (String line :
        Files.readAllLines(
            SharedFolder.of("tasks/olmes_requests." + name + "_rc_0shot.sample.jsonl"))) {
      JsonNode request = JSON.readTree(line);
      int document = request.path("doc_id").asInt();
      expected
          .computeIfAbsent(document, d -> new HashSet<>())
          .add(
              request.path("request").path("context").asText()
                  + "|"
                  + request.path("request").path("continuation").asText());
    }
    assertThat(expected).hasSizeGreaterThan(50);
    int last = expected.keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
    Task task = Task.named(name);
    for (int document : expected.keySet()) {
      if (document == last) {
        continue; // The sample ends within a question.
      }
      TaskItem item = task.item(rows.rows().get(document), style);
      Set<String> built = new HashSet<>();
      for (int a = 0; a < item.answers().size(); a++) {
        built.add(item.contexts().get(a) + "|" + item.continuation(a));
      }
      assertThat(built).isEqualTo(expected.get(document));
    }
  }

  @Test
  void hellaSwagIsCleanedAsTheHarnessDoes() {
    assertThat(Prompts.clean(" How to [title] do it [step] now   x"))
        .isEqualTo("How to. do it now  x");
    assertThat(Prompts.capitalize("THEN he Sits")).isEqualTo("Then he sits");
    assertThat(Prompts.capitalize("")).isEmpty();
  }
}
