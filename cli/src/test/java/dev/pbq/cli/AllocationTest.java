package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pbq sensitivity} and {@code pbq quantize --allocate} as a user meets them. */
class AllocationTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static Cli.Result tiny(String command, String words, Object... more) {
    List<Object> args = new ArrayList<>(List.of(command, "tiny"));
    args.addAll(List.of("--nsamples", 64, "--seqlen", 64, "--threads", 1));
    args.addAll(List.of(words.split(" ")));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  private Path sensitivity() {
    Path file = folder.resolve("tiny.jsonl");
    Cli.Result result = tiny("sensitivity", "--probe-windows 32 --out", file);
    assertThat(result.code()).as(result.err()).isZero();
    return file;
  }

  private Path quantize(String name, String words, Object... more) {
    Path out = folder.resolve(name);
    List<Object> args = new ArrayList<>(List.of(more));
    args.add("--out");
    args.add(out);
    Cli.Result result = tiny("quantize", words, args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return out;
  }

  private static double storedBits(Path out) throws IOException {
    return JSON.readTree(out.resolve("pbq-report.json").toFile())
        .path("size")
        .path("storedBits")
        .asDouble();
  }

  private double divergence(Path out) throws IOException {
    Path json = folder.resolve(out.getFileName() + ".json");
    Cli.Result result =
        Cli.run(
            "eval-kl",
            out,
            "--reference",
            "tiny",
            "--dataset",
            "tiny",
            "--seqlen",
            64,
            "--limit",
            60,
            "--threads",
            1,
            "--json",
            json);
    assertThat(result.code()).as(result.err()).isZero();
    return JSON.readTree(json.toFile()).findValue("kl").path("mean").asDouble();
  }

  @Test
  void atEqualStoredBitsTheDivergenceFallsAndTheRecipeRepeatsIt() throws IOException {
    Path file = sensitivity();
    String method = "--method ecq --bits 3";
    Path alike = quantize("alike", method);
    Path shared = quantize("shared", method + " --allocate --sensitivity", file);

    assertThat(storedBits(shared)).isCloseTo(storedBits(alike), within(0.004));
    // So small a model gains 16 to 43 %: roundings of the processor decide which layers get more.
    assertThat(divergence(shared)).isLessThan(0.9 * divergence(alike));

    Path recipe = shared.resolve("pbq-recipe.toml");
    assertThat(Files.readString(recipe)).contains("[[override]]").doesNotContain("allocate");
    Path again = folder.resolve("again");
    Cli.Result result =
        Cli.run("quantize", "tiny", "--recipe", recipe, "--threads", 1, "--out", again);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(again.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(shared.resolve(WeightFiles.PACKED.single()));
  }

  @Test
  void widthsOfAGridTakeNoMoreThanAllAlike() throws IOException {
    Path file = sensitivity();
    String method = "--method rtn --bits 3 --groupsize 32";
    Path alike = quantize("alike", method);
    Path shared = quantize("shared", method + " --allocate --widths 2,3,4 --sensitivity", file);
    assertThat(storedBits(shared))
        .isLessThanOrEqualTo(storedBits(alike))
        .isGreaterThan(storedBits(alike) - 0.1);
    JsonNode linears = JSON.readTree(shared.resolve("pbq-report.json").toFile()).path("linears");
    assertThat(linears.findValuesAsText("paperBits").stream().distinct().count()).isGreaterThan(1);
  }

  @Test
  void aBudgetIsTheWholeFiles() throws IOException {
    Path file = sensitivity();
    Path out = quantize("out", "--method ecq --allocate --budget 400kB --sensitivity", file);
    assertThat(Files.size(out.resolve(WeightFiles.PACKED.single()))).isBetween(394_000L, 400_000L);

    Cli.Result low =
        tiny(
            "quantize",
            "--method ecq --allocate --budget 20kB --sensitivity",
            file,
            "--out",
            folder.resolve("low"));
    assertThat(low.code()).isEqualTo(2);
    assertThat(low.err())
        .contains("--budget", "20.0 kB", "the least that the whole model can take");
  }

  /** Embedding and head have a row in the file, and bits in what repeats the run. */
  @Test
  void tablesTakePartInABudget() throws IOException {
    Path file = sensitivity();
    List<String> lines = Files.readAllLines(file);
    assertThat(lines.get(lines.size() - 2)).contains("model.embed_tokens", "\"block\":-1");
    assertThat(lines.get(lines.size() - 1)).contains("lm_head", "\"block\":-1");
    String words = "--method ecq --allocate --budget 190kB --sensitivity";
    Path out = quantize("out", words, file);
    assertThat(Files.size(out.resolve(WeightFiles.PACKED.single()))).isBetween(180_000L, 190_000L);
    String recipe = Files.readString(out.resolve("pbq-recipe.toml"));
    assertThat(recipe).contains("embedding-bits = ", "head-bits = ", "head-method = \"ecq\"");
    JsonNode tables =
        JSON.readTree(out.resolve("pbq-report.json").toFile()).at("/vocabulary/tables");
    assertThat(tables.findValuesAsText("errorMetric")).containsExactly("weight", "output");

    // What is given stands.
    Path given = quantize("given", "--embedding-bits 8 --head-bits 8 " + words, file);
    assertThat(Files.readString(given.resolve("pbq-recipe.toml"))).contains("head-bits = 8.0");

    // A file of a version that measured linears alone: the tables stay, and that is told.
    Files.write(file, lines.subList(0, lines.size() - 2));
    String large = "--method ecq --allocate --budget 300kB --sensitivity";
    Cli.Result old = tiny("quantize", large, file, "--out", folder.resolve("old"));
    assertThat(old.code()).as(old.err()).isZero();
    assertThat(old.err())
        .contains("has no sensitivity of model.embed_tokens, which stays as it is", "of lm_head");
    assertThat(Files.size(folder.resolve("old").resolve(WeightFiles.PACKED.single())))
        .isBetween(290_000L, 300_000L);
    // The same command as before adds them.
    sensitivity();
    assertThat(Files.readAllLines(file)).isEqualTo(lines);
  }

  @Test
  void tablesTakePartWithWidthsToo() throws IOException {
    Path file = sensitivity();
    String words = "--method rtn --groupsize 32 --allocate --budget 270kB --sensitivity";
    Path out = quantize("out", words, file);
    assertThat(Files.size(out.resolve(WeightFiles.PACKED.single()))).isBetween(240_000L, 270_000L);
    assertThat(Files.readString(out.resolve("pbq-recipe.toml")))
        .contains("embedding-bits = ", "embedding-method = \"hqq\"", "head-bits = ");
    Cli.Result mixed =
        tiny(
            "quantize",
            "--method ecq --embedding-method hqq --allocate --budget 190kB --sensitivity",
            file,
            "--out",
            folder.resolve("mixed"));
    assertThat(mixed.code()).isEqualTo(2);
    assertThat(mixed.err()).contains("hqq takes whole ones", "model.embed_tokens");
    Cli.Result plan = tiny("quantize", words, file, "--dry-run");
    assertThat(plan.out()).contains("model.embed_tokens", "until bits are shared");
  }

  @Test
  void measuringGoesOnWhereItWasCutOff() throws IOException {
    Path file = sensitivity();
    String whole = Files.readString(file);
    List<String> lines = whole.lines().toList();
    Files.writeString(
        file, String.join("\n", lines.subList(0, 4)) + "\n" + lines.get(4).substring(0, 20));
    sensitivity();
    assertThat(Files.readString(file)).isEqualTo(whole);

    Cli.Result other = tiny("sensitivity", "--probe-bits 2 --out", file);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains(file.toString(), "another probe");
    assertThat(Files.readString(file)).isEqualTo(whole);
  }

  @Test
  void filesThatDoNotFitAreRefused() throws IOException {
    Path file = sensitivity();
    String text = Files.readString(file);
    Object[] out = {file, "--out", folder.resolve("out")};

    Files.writeString(file, text.replaceFirst("\"weights\":\"[0-9a-f]*\"", "\"weights\":\"00\""));
    Cli.Result other = tiny("quantize", "--method ecq --allocate --sensitivity", out);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains(file.toString(), "other weights");

    Files.writeString(file, text.replaceFirst("\"loss\":[0-9.E-]+", "\"loss\":\"NaN\""));
    Cli.Result nan = tiny("quantize", "--method ecq --allocate --sensitivity", out);
    assertThat(nan.code()).isEqualTo(4);
    assertThat(nan.err()).contains(file + ", line 2", "is no loss");

    Cli.Result method = tiny("quantize", "--method billm --allocate --sensitivity", out);
    assertThat(method.code()).isEqualTo(2);
    assertThat(method.err()).contains("billm has no setting --bits");

    Cli.Result alone = tiny("quantize", "--method ecq --budget 2 --out", folder.resolve("out"));
    assertThat(alone.code()).isEqualTo(2);
    assertThat(alone.err()).contains("--budget").contains("--allocate");
  }
}
