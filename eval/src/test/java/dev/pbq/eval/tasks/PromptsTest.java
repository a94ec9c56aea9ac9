package dev.pbq.eval.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.data.DataRow;
import dev.pbq.core.data.DataRows;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
    Map<String, Set<String>> expected = new HashMap<>();
    String last = "";
    for (String line :
        Files.readAllLines(
            SharedFolder.of("tasks/olmes_requests." + name + "_rc_0shot.sample.jsonl"))) {
      JsonNode request = JSON.readTree(line);
      if (request.path("request").path("context").asText().equals("Answer:")) {
        continue; // copa's choices without their premise, which that run asked for as well.
      }
      String document = key(request.path("doc"));
      if (request.path("idx").asInt() == 0) {
        last = document;
      }
      expected
          .computeIfAbsent(document, d -> new HashSet<>())
          .add(
              request.path("request").path("context").asText()
                  + "|"
                  + request.path("request").path("continuation").asText());
    }
    assertThat(expected).hasSizeGreaterThan(50);
    expected.remove(last); // The sample may end within a question.
    Task task = Task.named(name);
    int compared = 0;
    for (DataRow row : rows.rows()) {
      Set<String> requests = expected.get(key(row.fields()));
      if (requests != null) {
        TaskItem item = task.item(row, style);
        Set<String> built = new HashSet<>();
        for (int a = 0; a < item.answers().size(); a++) {
          built.add(item.contexts().get(a) + "|" + item.continuation(a));
        }
        assertThat(built).isEqualTo(requests);
        compared++;
      }
    }
    assertThat(compared).as("questions in both files").isGreaterThan(40);
  }

  /** What a question is known by, in the file of rows and in the requests. */
  private static String key(JsonNode row) {
    for (String field : List.of("id", "index", "idx")) {
      if (row.has(field)) {
        return row.path(field).asText();
      }
    }
    throw new AssertionError("no key in " + row);
  }

  @Test
  void hellaSwagIsCleanedAsTheHarnessDoes() {
    assertThat(Prompts.clean(" How to [title] do it [step] now   x"))
        .isEqualTo("How to. do it now  x");
    assertThat(Prompts.capitalize("THEN he Sits")).isEqualTo("Then he sits");
    assertThat(Prompts.capitalize("")).isEmpty();
  }
}
