package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.hub.DownloadListener;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.RecipeFile;
import dev.pbq.workflow.source.Models;
import dev.pbq.workflow.source.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantizations from recipes, and the recipes that quantizations leave. */
class RecipeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WEIGHTS = WeightFiles.PACKED.single();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtn --bits 3 --groupsize 64 --override down_proj=bits:8 --override"
            + " o_proj=method:xnor,low-frac:0.5 --skip layers\\.0\\. --seed 5",
        "xnor --low-frac 0.9 --salient-metric hessian --true-sequential",
        "arb-rc --cgb --iterations 3 --maxlayer 2 --scale-dtype u8",
        "hqq --bits 4 --override down_proj=bits:8",
        "hqq --bits 1.58 --groupsize 64 --add-bos no",
        "bfp --bits 6 --block 2x8 --act-format bfp-w6a6 --quant-only mlp --invert"
      })
  void aRunRepeatsFromTheRecipeThatItWrites(String method) throws IOException {
    Path first = folder.resolve("first");
    List<Object> command = command(first, "--nsamples", 8, "--seqlen", 64, "--method");
    command.addAll(List.of((Object[]) method.split(" ", -1)));
    succeed(command);
    Path second = folder.resolve("second");
    succeed(command(second, "--recipe", first.resolve(RecipeFile.NAME)));

    assertThat(second.resolve(WEIGHTS)).hasSameBinaryContentAs(first.resolve(WEIGHTS));
    assertThat(second.resolve("config.json")).hasSameBinaryContentAs(first.resolve("config.json"));
    assertThat(second.resolve(RecipeFile.NAME))
        .hasSameBinaryContentAs(first.resolve(RecipeFile.NAME));
  }

  @Test
  void aRecipeSaysWhatOptionsSay() throws IOException {
    Path recipe =
        write(
            """
            method = "bfp"
            skip = ["layers\\\\.0\\\\."]
            [settings]
            bits = 6
            block = "1x32"
            [[override]]
            layers = "mlp\\\\.down_proj"
            bits = 8
            [[override]]
            layers = 'o_proj'
            method = "gptq"
            bits = 4
            [calibration]
            calib = "tiny"
            nsamples = 4
            seqlen = 32
            seed = 7
            [act-format.default]
            name = "block_fp"
            is_ptq = true
            data_in_width = 6
            data_in_exponent_width = 8
            data_in_exponent_bias = 127
            data_in_block_size = [1, 16]
            weight_width = 6
            weight_exponent_width = 8
            weight_exponent_bias = 127
            weight_block_size = [1, 16]
            [act-format.rotary_positional_encoding]
            name = "integer"
            bypass = true
            [evaluation]
            datasets = ["tiny"]
            seqlen = 64
            """);
    Path a = folder.resolve("a");
    Path json = folder.resolve("result.json");
    succeed(command(a, "--recipe", recipe, "--json", json));
    Path b = folder.resolve("b");
    Path format = folder.resolve("format.toml");
    String text = Files.readString(recipe);
    Files.writeString(
        format,
        text.substring(text.indexOf("[act-format"), text.indexOf("[evaluation"))
            .replace("[act-format.", "["));
    succeed(
        command(
            b,
            "--method=bfp",
            "--bits=6",
            "--block=1x32",
            "--act-format",
            format,
            "--skip=layers\\.0\\.",
            "--override=mlp\\.down_proj=bits:8",
            "--override=o_proj=method:gptq,bits:4",
            "--nsamples=4",
            "--seqlen=32",
            "--seed=7"));
    assertThat(a.resolve(WEIGHTS)).hasSameBinaryContentAs(b.resolve(WEIGHTS));
    assertThat(a.resolve("config.json")).hasSameBinaryContentAs(b.resolve("config.json"));
    JsonNode result = JSON.readTree(json.toFile()).path("results").get(0);
    assertThat(result.path("seqlen").asInt()).isEqualTo(64);
    assertThat(result.path("dataset").asText()).isEqualTo("tiny");

    // The recipe of the run holds the format itself: the file may go.
    Files.delete(format);
    Path c = folder.resolve("c");
    succeed(command(c, "--recipe", b.resolve(RecipeFile.NAME)));
    assertThat(c.resolve(WEIGHTS)).hasSameBinaryContentAs(a.resolve(WEIGHTS));
  }

  @Test
  void textsStandInTheFieldThatTheRecipeNames() throws IOException {
    Path texts = folder.resolve("texts.jsonl");
    Files.writeString(
        texts, "{\"body\": \"%s\"}%n".formatted("one word after another ".repeat(99)));
    Path recipe =
        write(
            """
            method = "gptq"
            text-field = "body"
            [settings]
            bits = 4
            [calibration]
            calib = "texts.jsonl"
            nsamples = 2
            seqlen = 16
            """);
    Path out = folder.resolve("out");
    succeed(command(out, "--recipe", recipe));
    Path written = out.resolve(RecipeFile.NAME);
    assertThat(Files.readString(written)).contains("text-field = \"body\"");
    succeed(command(folder.resolve("again"), "--recipe", written));
    Path wrong = folder.resolve("wrong");
    Cli.Result other =
        Cli.run(command(wrong, "--recipe", recipe, "--text-field", "title").toArray());
    assertThat(other.code()).isEqualTo(4);
    assertThat(other.err()).contains("texts.jsonl", "title", "body").hasLineCount(1);
  }

  @Test
  void optionsWinOverTheRecipe() throws IOException {
    Path recipe =
        write(
            """
            method = "rtn"
            skip = ["o_proj"]
            [settings]
            bits = 3
            groupsize = 64
            [evaluation]
            datasets = ["tiny"]
            """);
    Path out = folder.resolve("out");
    Cli.Result result =
        succeed(
            command(out, "--recipe", recipe, "--bits", 4, "--skip", "q_proj", "--eval", "none"));
    assertThat(result.out()).doesNotContain("perplexity");
    JsonNode report = JSON.readTree(out.resolve("pbq-report.json").toFile());
    assertThat(report.path("settings").path("bits").asInt()).isEqualTo(4);
    assertThat(report.path("settings").path("groupsize").asInt()).isEqualTo(64);
    assertThat(report.path("linears").findValuesAsText("name"))
        .anyMatch(n -> n.contains("o_proj"))
        .noneMatch(n -> n.contains("q_proj"));

    Path other = folder.resolve("other");
    succeed(command(other, "--recipe", recipe, "--method", "bfp", "--eval", "none"));
    JsonNode settings = JSON.readTree(other.resolve("pbq-report.json").toFile()).path("settings");
    assertThat(settings.has("groupsize")).as("another method takes over no setting").isFalse();
    assertThat(settings.path("skip").get(0).asText()).isEqualTo("o_proj");
  }

  @Test
  void aDryRunAndAProgramTakeRecipesToo() throws IOException {
    Path recipe = write("method = \"rtn\"\n[settings]\nbits = 4\n");
    Path out = folder.resolve("out");
    assertThat(succeed(command(out, "--recipe", recipe, "--dry-run")).out())
        .contains("method         rtn", "4.00 by the paper's count");
    assertThat(out).doesNotExist();

    Recipe read = RecipeFile.read(recipe);
    try (RecipeRun run =
        RecipeRun.open(
            new Models(System.getenv(), DownloadListener.SILENT).resolve("tiny"),
            read,
            new Texts(Optional.empty(), System.getenv(), DownloadListener.SILENT),
            1)) {
      run.quantize(out, Existing.REFUSE, ProgressListener.SILENT);
    }
    assertThat(RecipeFile.read(out.resolve(RecipeFile.NAME))).isEqualTo(read);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "methd = 'rtn' | methd; nearest; method",
        "method = 3 | method is 3; not a text",
        "method = 'rtm' | there is no method rtm; the nearest is rtn",
        "skip = ['a'] | has no method",
        "method = 'rtn'\\n[settings]\\nbitz = 3 | [settings]; bitz; nearest; bits",
        "method = 'rtn'\\n[settings]\\nbits = 'many' | r.toml; bits",
        "method = 'rtn'\\n[settings]\\nbits = 9 | r.toml; bits",
        "method = 'rtn'\\n[settings]\\nbits = [3] | bits is [3]; not one value",
        "method = 'rtn'\\nsettings = 3 | settings is 3; not a table",
        "method = 'rtn'\\nact-format = 'bfp-w6a6' | act-format; rtn; no activation format",
        "method = 'bfp'\\nact-format = 'bfp-w7a7' | act-format bfp-w7a7; bfp-w6a6",
        "method = 'bfp'\\n"
            + "[act-format.defalt]\\n"
            + "name = 'block_fp' | act-format; [defalt]; [default]",
        "method = 'rtn'\\n[[override]]\\nbits = 3 | [[override]] 1 has no layers",
        "method = 'rtn'\\n[[override]]\\nlayers = '('\\nbits = 3 | regular expression",
        "method = 'rtn'\\n"
            + "[[override]]\\n"
            + "layers = 'o'\\n"
            + "group = 3 | [[override]] 1; group; groupsize",
        "method = 'rtn'\\n[calibration]\\nsample = 3 | [calibration]; sample; nsamples",
        "method = 'rtn'\\n[calibration]\\nnsamples = 0 | nsamples is 0; at least 1",
        "method = 'rtn'\\n[evaluation]\\ndatasets = 'tiny' | datasets; not a list of texts",
        "method = 'rtn'\\n[calibration]\\nseed = -1000086409738297041 | write it as a text",
        "method = 'rtn'\\nmethod | line 2; not TOML",
        "method = 'rtn'\\nadd-bos = 'maybe' | add-bos is maybe"
      })
  void aBadRecipeIsRefusedInOneLine(String recipeAndWords) throws IOException {
    String[] parts = recipeAndWords.split(" \\| ", 2);
    Path recipe = write(parts[0].replace("\\n", "\n") + "\n");
    Path out = folder.resolve("out");
    Cli.Result result = Cli.run(command(out, "--recipe", recipe).toArray());
    assertThat(result.code()).isIn(2, 3);
    assertThat(result.err().lines()).as(result.err()).hasSize(1);
    assertThat(result.err()).contains("r.toml").contains(parts[1].split("; ", -1));
    assertThat(out).doesNotExist();
  }

  @Test
  void noMethodAndNoFile() {
    Path out = folder.resolve("out");
    Cli.Result none = Cli.run(command(out).toArray());
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("--method", "--recipe");
    Cli.Result missing = Cli.run(command(out, "--recipe", folder.resolve("no.toml")).toArray());
    assertThat(missing.code()).isEqualTo(3);
    assertThat(missing.err().lines()).hasSize(1).allMatch(l -> l.contains("no.toml"));
  }

  private Path write(String toml) throws IOException {
    return Files.writeString(folder.resolve("r.toml"), toml);
  }

  private static List<Object> command(Path out, Object... options) {
    List<Object> command = new ArrayList<>(List.of("quantize", "tiny", "--out", out));
    command.addAll(List.of(options));
    return command;
  }

  private static Cli.Result succeed(List<Object> command) {
    Cli.Result result = Cli.run(command.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  @Test
  void settingsStandInTheOrderOfTheFirstRecipes() throws IOException {
    Path out = folder.resolve("ordered");
    Cli.Result result =
        Cli.run(
            "quantize",
            "tiny",
            "--method",
            "xnor",
            "--groupsize",
            64,
            "--percdamp",
            0.02,
            "--blocksize",
            64,
            "--high-bit",
            6,
            "--salient-metric",
            "magnitude",
            "--low-frac",
            0.9,
            "--nsamples",
            2,
            "--seqlen",
            32,
            "--out",
            out);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Files.readString(out.resolve("pbq-recipe.toml")))
        .contains(
            """
            [settings]
            low-frac = 0.9
            high-bit = 6
            salient-metric = "magnitude"
            groupsize = 64
            blocksize = 64
            percdamp = 0.02
            """);
  }
}
