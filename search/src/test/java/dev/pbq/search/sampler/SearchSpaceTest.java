package dev.pbq.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.pbq.core.PbqException;
import dev.pbq.formats.arithmetic.TensorFormat;
import dev.pbq.formats.config.Architecture;
import dev.pbq.formats.config.OperandRole;
import dev.pbq.formats.config.QuantConfig;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchSpaceTest {
  private static final Target LLAMA = new Target(Architecture.LLAMA, 2, Set.of());
  private static final Target OPT =
      new Target(Architecture.OPT, 3, Set.copyOf(Architecture.OPT.linears()));

  private static final String SECTION =
      """
      name = ["block_fp"]
      bypass = ["!ast!False"]
      is_ptq = ["!ast!True"]
      data_in_width = [6, 4]
      data_in_exponent_width = [8]
      data_in_exponent_bias = ["!ast!None"]
      data_in_block_size = ["!ast![1, 16]"]
      weight_width = [5, 3, 2]
      weight_exponent_width = [8]
      weight_exponent_bias = ["!ast!None"]
      weight_block_size = ["!ast![1, 16]"]
      """;

  private static final String DEFAULT = "[default]\n" + SECTION;

  @Test
  void theDefaultIsCopiedToEveryOperationOfEveryLayer() {
    SearchSpace space = SearchSpace.parse(extended(DEFAULT), "s.toml", LLAMA);
    // 9 operations with two operands in 2 layers; the tables fall back to the default's input.
    assertThat(space.variables())
        .extracting(Variable::name)
        .hasSize(2 * 9 * 2 + 2)
        .contains(
            "root:model_layer_1:mlp:down_proj:weight_width",
            "root:model_layer_0:self_attn:matmul_1:data_in_width");
    int chosen = index(space, "root:model_layer_1:mlp:down_proj:weight_width");
    List<Integer> point = new java.util.ArrayList<>(Collections.nCopies(38, 0));
    point.set(chosen, 2);
    assertThat(weight(space, point, 1, "mlp.down_proj").format().width()).isEqualTo(2);
    assertThat(weight(space, point, 0, "mlp.down_proj").format().width()).isEqualTo(5);
    assertThat(weight(space, point, 1, "mlp.up_proj").format().width()).isEqualTo(5);
    assertThat(weight(space, point, 1, "mlp.up_proj").blocks().sizes()).containsExactly(1, 16);
  }

  @Test
  void withoutExtensionTheShapeIsAsGiven() {
    SearchSpace space = SearchSpace.parse(DEFAULT, "s.toml", LLAMA);
    assertThat(space.variables())
        .extracting(Variable::name)
        .containsExactly("root:default:data_in_width", "root:default:weight_width");
    SearchSpace shared =
        SearchSpace.parse(SpacePresets.toml("llama-7b").orElseThrow(), "llama-7b", LLAMA);
    assertThat(shared.variables())
        .as("one section for all layers; the default's is used by none")
        .hasSize(9 * 2)
        .allSatisfy(v -> assertThat(v.name()).startsWith("root:model_layer:"));
    List<Integer> last = shared.variables().stream().map(v -> v.choices().size() - 1).toList();
    assertThat(weight(shared, last, 1, "self_attn.q_proj").format().width()).isEqualTo(3);
  }

  @Test
  void biasesAreSearchedWhereTheModelHasThem() {
    String bias =
        """
        bias_width = [5, 4]
        bias_exponent_width = [8]
        bias_exponent_bias = ["!ast!None"]
        bias_block_size = ["!ast![16]"]
        """;
    SearchSpace opt = SearchSpace.parse(extended(DEFAULT + bias), "s.toml", OPT);
    assertThat(opt.variables()).hasSize(3 * (6 * 3 + 2 * 2));
    assertThat(SearchSpace.parse(extended(DEFAULT + bias), "s.toml", LLAMA).variables())
        .noneMatch(v -> v.key().startsWith("bias") && !v.section().get(0).equals("default"));
  }

  @Test
  void allPresetsFitTheirModels() {
    for (String name : SpacePresets.names()) {
      String toml = SpacePresets.toml(name).orElseThrow();
      Target target = name.equals("llama-7b") || name.equals(SpacePresets.DEFAULT) ? LLAMA : OPT;
      SearchSpace space = SearchSpace.parse(toml, name, target);
      assertThat(space.warnings()).isEmpty();
      assertThat(space.variables()).as(name).isNotEmpty();
    }
    SearchSpace opt =
        SearchSpace.parse(SpacePresets.toml("opt-1.3b").orElseThrow(), "opt-1.3b", OPT);
    Variable weight = opt.variables().get(index(opt, "root:model_layer_2:fc1:weight_width"));
    assertThat(weight.choices()).extracting(JsonNode::intValue).containsExactly(5, 4, 3, 2);
    assertThat(SpacePresets.toml("none")).isEmpty();
  }

  @Test
  void theReferencesSearchFilesAreRead() {
    String file =
        """
        [search_strategy]
        n_trials = 128
        [search_estimator]
        alpha_acc = 1
        [search_space]
        extend_quant_config_seed_first = true
        [search_space.quant_config_seed.default]
        """
            + SECTION
            + """
            [search_space.quant_config_seed.linear]
            data_in_width = [1]
            """;
    SearchSpace space = SearchSpace.parse(file, "r.toml", LLAMA);
    assertThat(space.variables()).hasSize(38);
    assertThat(space.warnings())
        .hasSize(3)
        .anySatisfy(w -> assertThat(w).contains("[linear]", "no effect"))
        .anySatisfy(w -> assertThat(w).contains("[search_strategy]"));
  }

  @Test
  void keysOfFormatsThatAreNotChosenAreLeftOut() {
    String two =
        DEFAULT.replace("[\"block_fp\"]", "[\"block_fp\", \"integer\"]")
            + "data_in_frac_width = [2]\nweight_frac_width = [3]\n";
    SearchSpace space = SearchSpace.parse(two, "s.toml", LLAMA);
    int name = index(space, "root:default:name");
    List<Integer> point = new java.util.ArrayList<>(Collections.nCopies(3, 0));
    assertThat(weight(space, point, 0, "mlp.up_proj").format().sharedBits()).isEqualTo(8);
    point.set(name, 1);
    assertThat(weight(space, point, 0, "mlp.up_proj").format().sharedBits()).isZero();
  }

  @Test
  void configurationsSurviveToml() {
    SearchSpace space = SearchSpace.parse(extended(DEFAULT), "s.toml", LLAMA);
    List<Integer> last = space.variables().stream().map(v -> v.choices().size() - 1).toList();
    QuantConfig config = space.config(last);
    assertThat(QuantConfig.parse(config.toToml(), "again")).isEqualTo(config);
    assertThat(config.toToml())
        .contains("[model_layer_0.mlp.down_proj]", "weight_block_size = [1, 16]", "\"NA\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "weight_width = [5, 3, 2] | weigth_width = [5, 3] | the nearest known key is weight_width",
        "data_in_width = [6, 4] | data_in_width = 6 | data_in_width is 6, not a list of choices",
        "data_in_width = [6, 4] | data_in_width = [] | not a list of choices",
        "data_in_width = [6, 4] | data_in_width = [6, 6] | the choice 6 twice",
        "data_in_width = [6, 4] | data_in_width = [6, 99] | data_in_width",
        "['!ast![1, 16]'] | [1, 16] | one block is written",
        "[default] | [defualt] | the nearest known is default",
        "!ast!True | !ast!Yes | is no Python literal",
        "[default] | [model_layer_1.mlp.up_proj] | [default] is missing",
      })
  void mistakesAreNamed(String text, String replacement, String message) {
    String from = text.replace('\'', '"');
    assertThat(DEFAULT).contains(from);
    assertThatThrownBy(
            () ->
                SearchSpace.parse(
                    DEFAULT.replaceFirst(
                        java.util.regex.Pattern.quote(from),
                        java.util.regex.Matcher.quoteReplacement(replacement)),
                    "s.toml",
                    LLAMA))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("s.toml")
        .hasMessageContaining(message);
  }

  @Test
  void layersAndOperationsThatTheModelLacksAreRefused() {
    assertThatThrownBy(
            () ->
                SearchSpace.parse(
                    extended(DEFAULT + "[model_layer_7.mlp.up_proj]\n" + SECTION), "s.toml", LLAMA))
        .hasMessageContaining("model_layer_7");
    assertThatThrownBy(
            () ->
                SearchSpace.parse(
                    DEFAULT + "[model_layer.mlp.upproj]\n" + SECTION, "s.toml", LLAMA))
        .hasMessageContaining("mlp.up_proj");
    assertThatThrownBy(
            () ->
                SearchSpace.parse(
                    DEFAULT.replace("[6, 4]", "[6]").replace("[5, 3, 2]", "[5]"), "s.toml", LLAMA))
        .hasMessageContaining("nothing to choose from");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "None | 'NA'",
        "True | true",
        "-3 | -3",
        "1.5e3 | 1500.0",
        "[1, 16] | [1,16]",
        "(1, [2, None],) | [1,[2,'NA']]",
        "\"a b\" | 'a b'",
        "[] | []",
      })
  void pythonLiterals(String literal, String json) {
    assertThat(PythonLiteral.parse(literal, TextNode.valueOf("NA")).toString().replace('"', '\''))
        .isEqualTo(json.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[1, 16", "nil", "1 2", "[1 2]", "\"a", "[1,,2]"})
  void whatIsNoLiteral(String text) {
    assertThatThrownBy(() -> PythonLiteral.parse(text, TextNode.valueOf("NA")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }

  static String extended(String toml) {
    return "extend_quant_config_seed_first = true\n" + toml;
  }

  private static int index(SearchSpace space, String name) {
    return space.variables().stream().map(Variable::name).toList().indexOf(name);
  }

  private static TensorFormat weight(
      SearchSpace space, List<Integer> point, int layer, String path) {
    return space.formats(point).operation(layer, path).of(OperandRole.WEIGHT).orElseThrow();
  }
}
