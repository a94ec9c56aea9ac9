package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.cli.console.OptionNames;
import dev.pbq.cli.option.MethodOptions;
import dev.pbq.cli.option.SettingOptions;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import dev.pbq.core.quant.Setting;
import dev.pbq.core.quant.SettingChecks;
import dev.pbq.core.quant.SettingDescription;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What the command line tells of methods and their settings. */
class MethodsTest {
  @TempDir private Path folder;

  static List<String> methods() {
    return Methods.load().names();
  }

  @Test
  void helpOfQuantizeShowsMethodsAndGeneralOptionsAlone() {
    String help = Cli.run("quantize", "--help").out();
    assertThat(help).contains("--calib", "--resume", "--recipe", "-O", "--method", "Examples:");
    assertThat(help).contains("pbq quantize [");
    assertThat(help.lines().filter(line -> line.strip().startsWith("--groupsize"))).isEmpty();
    assertThat(help).doesNotContain("--x-solve", "--range-guard", "--exponent-width=");
    assertThat(help.lines().count()).isLessThan(140);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void helpOfAMethodShowsItsSettingsAndNoOthers(String method) {
    Cli.Result result = Cli.run("quantize", "--method", method, "--help");
    assertThat(result.code()).as(result.err()).isZero();
    Methods methods = Methods.load();
    List<String> own =
        methods.settings(method).stream()
            .filter(s -> s.isUsedBy(method))
            .map(SettingDescription::name)
            .toList();
    for (SettingDescription setting : methods.settings(method)) {
      if (setting.isUsedBy(method)) {
        assertThat(result.out())
            .containsAnyOf(OptionNames.of(setting.name()), "--[no-]" + setting.kebabName());
      }
    }
    for (String other : methods.names()) {
      for (SettingDescription setting : methods.settings(other)) {
        if (!own.contains(setting.name())) {
          assertThat(result.out().split("\\s|=|,|\\[", -1))
              .doesNotContain(OptionNames.of(setting.name()));
        }
      }
    }
    assertThat(Cli.run("quantize", "--help", "--method", method).out()).isEqualTo(result.out());
  }

  @Test
  void helpOfAMethodHasDefaultsAndRanges() {
    String help = Cli.run("quantize", "--method", "xnor", "--help").out().replaceAll("\\s+", " ");
    assertThat(help)
        .contains("Bits of salient weights (1 to 8; default: 8).")
        .contains("(above 0 and below 1; required).")
        .contains("--salient-metric=magnitude|hessian")
        .contains("10% salient")
        .doesNotContain("--calib");
    assertThat(Cli.run("quantize", "--method", "hqq", "--help").out())
        .contains("--bits, --width=N", "--[no-]optimize");
  }

  @ParameterizedTest
  @CsvSource({"xnorr, xnor", "gtpq, gptq", "arb_x, arb-x"})
  void anUnknownMethodIsRefusedWithTheNearest(String typed, String nearest) {
    for (Cli.Result result :
        List.of(Cli.run("methods", typed), Cli.run("quantize", "--method", typed, "--help"))) {
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.out()).isEmpty();
      assertThat(result.err())
          .hasLineCount(1)
          .contains("there is no method '" + typed + "'; the nearest is " + nearest);
    }
  }

  @Test
  void methodsListsAllInGroups() {
    Cli.Result result = Cli.run("methods");
    assertThat(result.code()).isZero();
    for (QuantizerProvider.Method method : Methods.load().methods()) {
      assertThat(result.out().lines())
          .anyMatch(
              line ->
                  line.startsWith("  " + method.name() + " ") && line.endsWith(method.summary()));
    }
    assertThat(Cli.run("methods", "--help").out()).contains("Usage: pbq methods", "[METHOD]");
    assertThat(result.out()).contains("PB-LLM", "BiLLM and ARB-LLM", "HQQ", "Number formats");
  }

  @Test
  void aMethodIsShownWithKeysDefaultsAndRanges() {
    Cli.Result result = Cli.run("methods", "arb-rc");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("--cgb, --no-cgb", "key: min-salient", "accepts: at least 1", "default: 50")
        .contains("default: false, or true with --preset best and --division both")
        .contains("accepts: f16, f32, u8; default: f16, or u8 with --preset best")
        .contains("in the paper: T")
        .doesNotContain("--x-solve", "--share-means");
  }

  @Test
  void anOptionOfSeveralMethodsIsThereOnceAndNamesThem() {
    var options = SettingOptions.ofAll(Methods.load());
    OptionSpec bits = options.get("bits");
    assertThat(bits.names()).containsExactly("--bits", "--width");
    assertThat(bits.description()[0]).contains("rtn, gptq:", "hqq:", "bfp:", "1.58");
    assertThat(options.get("groupsize").description()[0]).contains("xnor", "rtn", "gptq", "hqq");
    assertThat(options.get("optimize").negatable()).isTrue();
    assertThat(options.get("scaleDtype").completionCandidates()).contains("f16", "f32", "u8");
  }

  @Test
  void completionKnowsEverySetting() {
    String script = Cli.run("generate-completion").out();
    for (String setting : SettingOptions.ofAll(Methods.load()).keySet()) {
      assertThat(script).contains(OptionNames.of(setting));
    }
  }

  /** Values as they stood in recipes before options were made from descriptions. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--method hqq --bits 1.58 --no-optimize | {\"bits\":1.58,\"optimize\":false}",
        "--method hqq --width 4 --quant-zero | {\"bits\":4,\"quantZero\":true}",
        "--method xnor --low-frac 0.9 --salient-metric HESSIAN"
            + " | {\"lowFrac\":0.9,\"salientMetric\":\"hessian\"}",
        "--method bfp --block 2x8 --compat | {\"block\":\"2x8\",\"compat\":true}",
        "--method bfp --block 16 | {\"block\":16}",
        "--method int --frac-width 7 | {\"fracWidth\":\"7\"}",
        "--method arb-rc --cgb --up-lim 30 --scale-dtype U8"
            + " | {\"cgb\":true,\"upLim\":30,\"scaleDtype\":\"u8\"}",
        "--method arb-rc -O up-lim=30 -O rowMean=false -O eps=1e-8"
            + " | {\"upLim\":30,\"rowMean\":false,\"eps\":1.0E-8}",
        "--method arb --no-row-mean | {\"rowMean\":false}"
      })
  void optionsAreTheSettingsOfARecipe(String options, String settings) throws IOException {
    MethodOptions given = new MethodOptions();
    CommandSpec quantize =
        CommandSpec.create()
            .addOption(OptionSpec.builder("--method").type(String.class).arity("1").build());
    quantize.addMixin("methodOptions", CommandSpec.forAnnotatedObject(given));
    given.addTo(quantize, Methods.load());
    new CommandLine(quantize).parseArgs(options.split(" ", -1));
    // Through text: a number is a number, whatever Java type holds it.
    assertThat(new ObjectMapper().readTree(given.given().toString()))
        .isEqualTo(new ObjectMapper().readTree(settings));
  }

  @Test
  void valuesThatAreNoneAreRefusedByOption() {
    Cli.Result word = Cli.run("quantize", "tiny", "--method", "rtn", "--groupsize", "many");
    assertThat(word.code()).isEqualTo(2);
    assertThat(word.err()).hasLineCount(1).contains("--groupsize", "many");
    Cli.Result range = Cli.run("quantize", "tiny", "--method", "rtn", "--groupsize", 0);
    assertThat(range.code()).isEqualTo(2);
    assertThat(range.err())
        .isEqualToIgnoringNewLines(
            "pbq: --groupsize 0 is neither -1 (the whole row) nor at least 1");
    Cli.Result together =
        Cli.run("quantize", "tiny", "--method", "hqq", "--no-channel-wise", "--groupsize", 8);
    assertThat(together.err())
        .isEqualToIgnoringNewLines(
            "pbq: --groupsize 8 and --no-channel-wise, which makes one group of all");
  }

  @Test
  void aMethodInAnotherJarHasOptionsHelpAndCompletion() throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(QuantizerProvider.class.getName()), ForeignProvider.class.getName());
    withForeignJar(
        () -> {
          assertThat(Cli.run("quantize", "--help").out()).contains("foreign", "from elsewhere");
          String help = Cli.run("quantize", "--method", "foreign", "--help").out();
          assertThat(help.replaceAll("\\s+", " "))
              .contains("--sparsity=X", "Share of zeros (0 to 1; default: 0.5).");
          assertThat(Cli.run("methods").out()).contains("Methods of others", "foreign");
          assertThat(Cli.run("methods", "foreign").out()).contains("key: seed", "--sparsity=X");
          assertThat(Cli.run("generate-completion").out()).contains("--sparsity");
          // An option of the command itself is not taken away.
          assertThat(Cli.run("quantize", "--help").out()).contains("--seed");
          Cli.Result run = Cli.run("quantize", "tiny", "--method", "foreign", "--sparsity", 2);
          assertThat(run.err()).contains("--sparsity 2.0 is not between 0 and 1");
          return null;
        });
  }

  private void withForeignJar(Supplier<Void> body) throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {url()}, before)) {
      thread.setContextClassLoader(loader);
      body.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private URL url() throws MalformedURLException {
    return folder.toUri().toURL();
  }

  /** Settings of a method that pbq does not know. */
  public record ForeignSettings(
      @JsonProperty("sparsity") @Setting(help = "Share of zeros", byDefault = "0.5", range = "0..1")
          Double sparsity,
      @JsonProperty("seed") Integer seed) {
    public ForeignSettings {
      sparsity = SettingChecks.or(sparsity, 0.5);
      SettingChecks.share("sparsity", sparsity);
    }
  }

  /** A provider in a jar of its own. */
  public static final class ForeignProvider implements QuantizerProvider<ForeignSettings> {
    @Override
    public List<Method> methods() {
      return List.of(new Method("foreign", "from elsewhere"));
    }

    @Override
    public String group() {
      return "Methods of others";
    }

    @Override
    public Class<ForeignSettings> settingsType() {
      return ForeignSettings.class;
    }

    @Override
    public Quantizer create(String method, ForeignSettings settings) {
      throw new UnsupportedOperationException(method);
    }
  }
}
