package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.testkit.GoldenSet;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every draw list that Python itself made. */
class PythonRandomGoldenTest {
  @TestFactory
  Stream<DynamicTest> getrandbits() {
    JsonNode lists = golden().get("raw_getrandbits32");
    assertThat(lists.size()).isGreaterThan(3);
    return lists.properties().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    "getrandbits(32), seed " + entry.getKey(),
                    () -> {
                      PythonRandom random = new PythonRandom(Long.parseLong(entry.getKey()));
                      for (JsonNode expected : entry.getValue()) {
                        assertThat(random.getrandbits(32)).isEqualTo(expected.longValue());
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> contiguous() {
    return cases("contiguous")
        .map(
            c ->
                DynamicTest.dynamicTest(
                    "seed %s, %s tokens".formatted(c.get("seed"), c.get("token_count")),
                    () -> {
                      List<Long> expected = longs(c.get("starts"));
                      assertThat(
                              CalibrationSampler.starts(
                                  new PythonRandom(c.get("seed").longValue()),
                                  c.get("token_count").longValue(),
                                  expected.size(),
                                  c.get("seqlen").intValue()))
                          .containsExactly(expected.toArray(new Long[0]));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> perDocument() {
    return cases("c4")
        .map(
            c ->
                DynamicTest.dynamicTest(
                    "seed %s, %d documents".formatted(c.get("seed"), c.get("doc_lengths").size()),
                    () -> {
                      List<CalibrationSampler.Pick> expected = new ArrayList<>();
                      for (JsonNode pick : c.get("picks")) {
                        expected.add(
                            new CalibrationSampler.Pick(
                                pick.get(0).intValue(), pick.get(1).longValue()));
                      }
                      JsonNode lengths = c.get("doc_lengths");
                      assertThat(
                              CalibrationSampler.picks(
                                  new PythonRandom(c.get("seed").longValue()),
                                  lengths.size(),
                                  i -> lengths.get(i).intValue(),
                                  expected.size(),
                                  c.get("seqlen").intValue(),
                                  "c4"))
                          .isEqualTo(expected);
                    }));
  }

  private static Stream<JsonNode> cases(String family) {
    List<JsonNode> cases = new ArrayList<>();
    golden().get(family).forEach(cases::add);
    assertThat(cases).isNotEmpty();
    return cases.stream();
  }

  private static List<Long> longs(JsonNode array) {
    List<Long> values = new ArrayList<>();
    array.forEach(v -> values.add(v.longValue()));
    return values;
  }

  private static JsonNode golden() {
    return GoldenSet.find("pb-llm", PythonRandomGoldenTest.class).manifest("py_random.json");
  }
}
