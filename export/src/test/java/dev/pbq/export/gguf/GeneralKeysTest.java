package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes and names as the converter of llama.cpp writes them. */
class GeneralKeysTest {
  @ParameterizedTest
  @CsvSource({
    "134515008, 135M",
    "7241732096, 7.2B",
    "260032, 260K",
    "4949, 4.9K",
    "949, 0.9K",
    "1100048384, 1.1B",
    "70553706496, 71B",
    "671026419200, 671B"
  })
  void parametersHaveTwoDigitsOrMore(long parameters, String label) {
    assertThat(GeneralKeys.rounded(parameters)).isEqualTo(label);
  }

  @ParameterizedTest
  @CsvSource({
    "SmolLM2-135M-Instruct, SmolLM2",
    "Qwen2.5-0.5B, Qwen2.5",
    "gemma-3-270m, gemma",
    "Mixtral-8x7B-v0.1, Mixtral",
    "stories260K, stories260K",
    "Mistral-Small-24B, Mistral"
  })
  void theBasenameIsWhatStandsBeforeSizeAndVersion(String name, String basename) {
    assertThat(GeneralKeys.basename(name)).isEqualTo(basename);
  }
}
