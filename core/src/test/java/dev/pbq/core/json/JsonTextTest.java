package dev.pbq.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
  @Test
  void readsWhatPythonWrites() throws JsonProcessingException {
    JsonNode read =
        JsonText.parse(
            "\uFEFF{\"a\": NaN, \"b\": [Infinity, -Infinity], \"c\": 12345678901234567890,\r\n"
                + " \"d\": 1.5e3, \"e\": null, \"f\": {\"g\": true}}");
    assertThat(read.path("a").doubleValue()).isNaN();
    assertThat(read.path("b").get(1).doubleValue()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(read.path("c").bigIntegerValue()).isEqualTo("12345678901234567890");
    assertThat(read.path("d").doubleValue()).isEqualTo(1500);
    assertThat(read.path("e").isNull()).isTrue();
    assertThat(read.path("f").path("g").booleanValue()).isTrue();
  }

  @Test
  void aKeyWrittenTwiceIsTold() throws JsonProcessingException {
    List<String> told = new ArrayList<>();
    assertThat(JsonText.parse("{\"a\": 1, \"b\": 3, \"a\": 2}", told::add).path("a").intValue())
        .isEqualTo(2);
    JsonText.parse("{\"x\": {\"a\": 1, \"a\": 1}}", told::add);
    assertThat(told).containsExactly("\"a\" is given twice, as 1 and as 2", "\"a\" is given twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1",
        "{\"a\" 1}",
        "nul",
        "{a: 1}",
        "[1,]",
        "\"abc",
        "[1] 2",
        "{\"a\": 01}",
        "[+1]",
        "'a'",
        "\"\u0001\"",
        "{\"a\": \"\\q\"}",
        "NaNa",
        "-",
        "1e",
        "]",
        "[//x\n1]"
      })
  void faultsAreToldInWordsOfJson(String json) {
    assertThatThrownBy(() -> JsonText.parse(json))
        .isInstanceOfSatisfying(
            JsonProcessingException.class,
            e ->
                assertThat(JsonFaults.of(e))
                    .isNotBlank()
                    .doesNotContain("Feature", "Source:", "`", "REDACTED", "Exception", "\n"));
  }

  @Test
  void deepNestingIsAFault() {
    assertThatThrownBy(() -> JsonText.parse("[".repeat(100_000)))
        .isInstanceOfSatisfying(
            JsonProcessingException.class,
            e -> assertThat(JsonFaults.of(e)).contains("beyond what is read"));
  }
}
