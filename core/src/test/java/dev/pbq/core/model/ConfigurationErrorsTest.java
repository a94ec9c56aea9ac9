package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations that cannot be run are refused in one line that names the key and the value. */
class ConfigurationErrorsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'model_type': null} | model_type is missing",
        "{'model_type': 3} | model_type is 3, not a string",
        "{'hidden_act': 'gelu'} | hidden_act \"gelu\" is not supported (supported: silu, swish)",
        "{'rope_scaling': {'rope_type': 'ntk', 'factor': 4}} | rope_scaling.rope_type \"ntk\" is"
            + " not supported (supported: default, linear, dynamic, llama3, yarn, longrope)",
        "{'rope_scaling': {'type': 'dynamic'}} | rope_scaling.factor is missing",
        "{'rope_parameters': {'rope_type': 'longrope'}} | rope_parameters.short_factor is missing",
        "{'rope_scaling': {'rope_type': 'longrope', 'short_factor': [1, 2], 'long_factor': [1]}} |"
            + " short_factor and long_factor have 2 and 1 numbers, not 4",
        "{'rope_scaling': {'rope_type': 'linear'}} | rope_scaling.factor is missing",
        "{'rope_scaling': {'rope_type': 'linear', 'factor': -1}} | rope_scaling.factor is -1, not a"
            + " positive number",
        "{'rope_scaling': {'factor': 2.0}} | rope_scaling.rope_type is missing",
        "{'rope_scaling': 'linear'} | rope_scaling is \"linear\", not an object",
        "{'rope_scaling': {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 4,"
            + " 'high_freq_factor': 4, 'original_max_position_embeddings': 32}} |"
            + " rope_scaling.high_freq_factor 4.0 is not above low_freq_factor 4.0",
        "{'partial_rotary_factor': 1.5} | partial_rotary_factor 1.5 is above 1",
        "{'partial_rotary_factor': 0.125} | rotary positions need an even width, not 1",
        "{'num_key_value_heads': 4} | num_attention_heads 6 is not a multiple of"
            + " num_key_value_heads 4",
        "{'num_attention_heads': 5, 'num_key_value_heads': 5} | hidden_size 48 is not a multiple"
            + " of num_attention_heads 5",
        "{'head_dim': 7} | rotary positions need an even head_dim, not 7",
        "{'hidden_size': 0} | hidden_size is 0, not a positive integer",
        "{'hidden_size': 12.5} | hidden_size is 12.5, not a positive integer",
        "{'vocab_size': '61'} | vocab_size is \"61\", not a positive integer",
        "{'num_hidden_layers': null} | num_hidden_layers is missing",
        "{'rms_norm_eps': 'x'} | rms_norm_eps is \"x\", not a positive number",
        "{'attention_bias': 1} | attention_bias is 1, not true or false",
        "{'model_type': 'qwen2', 'layer_types': ['full_attention']} | layer_types has 1 entries"
            + " for num_hidden_layers 2",
        "{'model_type': 'qwen2', 'layer_types': ['full_attention', 'x']} | layer_types \"x\" is not"
            + " supported (supported: full_attention, sliding_attention)",
        "{'model_type': 'qwen2', 'layer_types': ['full_attention', 'sliding_attention']} |"
            + " layer_types asks for sliding_attention but no sliding_window is in force"
      })
  void llama(String changes, String message) {
    check(TestConfigs.llama(changes), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'activation_function': 'silu'} | activation_function \"silu\" is not supported"
            + " (supported: relu, gelu)",
        "{'num_attention_heads': 5} | hidden_size 48 is not a multiple of num_attention_heads 5",
        "{'ffn_dim': null} | ffn_dim is missing"
      })
  void opt(String changes, String message) {
    check(TestConfigs.opt(changes), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'hidden_act': 'gelu_new'} | hidden_act \"gelu_new\" is not supported (supported: gelu,"
            + " relu)",
        "{'architectures': ['BertForMaskedLM']} | architectures \"BertForMaskedLM\" is not"
            + " supported (supported: BertForSequenceClassification)",
        "{'position_embedding_type': 'relative_key'} | position_embedding_type \"relative_key\" is"
            + " not supported (supported: absolute)",
        "{'is_decoder': true} | is_decoder true is not supported (supported: false)",
        "{'num_attention_heads': 5} | hidden_size 48 is not a multiple of num_attention_heads 5",
        "{'num_labels': 2} | num_labels is 2 but id2label names 3",
        "{'id2label': {'0': 'a', '2': 'b'}} | id2label is {\"0\":\"a\",\"2\":\"b\"}, not an"
            + " object of strings with the keys \"0\", \"1\", ...",
        "{'intermediate_size': null} | intermediate_size is missing"
      })
  void bert(String changes, String message) {
    assertThatThrownBy(() -> Architectures.any(TestConfigs.bert(changes), "x/config.json"))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessage("x/config.json: " + message);
  }

  @Test
  void labelsOfABert() {
    assertThat(Architectures.classifier(TestConfigs.bert("{}"), "c").labels())
        .containsExactly("negative", "neutral", "positive");
    assertThat(
            Architectures.classifier(TestConfigs.bert("{'id2label': null, 'num_labels': 4}"), "c")
                .labels())
        .containsExactly("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3");
    assertThat(Architectures.classifier(TestConfigs.bert("{'id2label': null}"), "c").labels())
        .hasSize(2);
  }

  @Test
  void anUnknownFamilyIsToldTheNearest() {
    assertThatThrownBy(
            () -> Architectures.of(TestConfigs.llama("{'model_type': 'gemma5'}"), "x/config.json"))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessage(
            "x/config.json: model_type \"gemma5\" is not supported (nearest: gemma; supported: "
                + String.join(", ", Architectures.supported())
                + ")");
    assertThatThrownBy(
            () ->
                Architectures.of(
                    TestConfigs.llama("{'model_type': 'idefics3', 'text_config': {}}"), "x"))
        .hasMessageContaining("\"idefics3\" is not supported, nor is its text part alone");
    assertThatThrownBy(
            () -> Architectures.of(TestConfigs.llama("{'model_type': 'llava'}"), "x/config.json"))
        .hasMessage("x/config.json: text_config is missing");
  }

  @Test
  void modelsOfTheWrongKindAreRefused() {
    assertThatThrownBy(() -> Architectures.of(TestConfigs.bert("{}"), "x"))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessageStartingWith("x: bert models classify whole texts");
    assertThatThrownBy(() -> Architectures.classifier(TestConfigs.opt("{}"), "x"))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessage("x: opt models predict next tokens and have no classifier for whole texts");
  }

  @Test
  void whatIsNoObjectIsRefused() throws Exception {
    JsonNode list = new ObjectMapper().readTree("[]");
    assertThatThrownBy(() -> Architectures.of(list, "x/config.json"))
        .hasMessage("x/config.json: not a JSON object");
  }

  @Test
  void familyDefaultsAreTheFamilysOwn() {
    ConfigKeys mistral =
        new ConfigKeys(TestConfigs.llama("{'model_type': 'mistral'}"), "config.json");
    assertThat(LlamaConfig.of("mistral", mistral).windows()).containsExactly(4096, 4096);
    ConfigKeys qwen =
        new ConfigKeys(
            TestConfigs.llama(
                "{'layer_types': ['sliding_attention', 'full_attention'],"
                    + " 'use_sliding_window': true, 'sliding_window': 9}"),
            "config.json");
    LlamaConfig config = LlamaConfig.of("qwen2", qwen);
    assertThat(config.windows()).containsExactly(9, 0);
    assertThat(config.biased()).containsExactlyInAnyOrder(Role.QUERY, Role.KEY, Role.VALUE);
    assertThat(config.rope().theta()).isEqualTo(10000);
  }

  private static void check(JsonNode config, String message) {
    assertThatThrownBy(() -> Architectures.of(config, "x/config.json"))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessage("x/config.json: " + message);
  }
}
