package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pbq verify} as a user meets it. */
class VerifyTest {
  private static final String WEIGHTS = "pbq-00001-of-00001.safetensors";

  @TempDir private Path folder;

  private Path quantized(String words) {
    Path out = folder.resolve("q");
    String all = "quantize tiny " + words + " --force --out";
    Cli.Result result = Cli.run(words(all, out));
    assertThat(result.code()).as(result.err()).isZero();
    return out;
  }

  private static Object[] words(String words, Object last) {
    String[] first = words.split(" ", -1);
    Object[] all = new Object[first.length + 1];
    System.arraycopy(first, 0, all, 0, first.length);
    all[first.length] = last;
    return all;
  }

  private static String fails(Object... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).as(result.out()).isEqualTo(4);
    assertThat(result.err().lines()).last().asString().startsWith("pbq: ");
    return result.err();
  }

  @Test
  void anUntouchedFolderIsFineAndItsRecipeGivesItAgain() {
    Path out = quantized("--method xnor --low-frac 0.9 --calib tiny --nsamples 4 --seqlen 64");
    Cli.Result result = Cli.run("verify", out, "--against", out.resolve("pbq-recipe.toml"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("21 packed layers decode; 5 files as they were written")
        .contains("first block made again")
        .contains("the same bytes");
  }

  @Test
  void theFingerprintDependsOnTensorsAlone() throws IOException {
    String single = Files.readString(quantized("--method rtn").resolve("SHA256SUMS"));
    Path out = quantized("--method rtn --max-shard-size 100KB");
    String sharded = Files.readString(out.resolve("SHA256SUMS"));
    String first = single.lines().findFirst().orElseThrow();
    assertThat(sharded.lines().findFirst()).contains(first);
    assertThat(sharded).contains("pbq-00002-of-").isNotEqualTo(single);
    assertThat(Files.readString(out.resolve("pbq-report.json")))
        .contains(first.substring(first.lastIndexOf(' ') + 1));
    assertThat(Cli.run("verify", out).code()).isZero();
    String other = Files.readString(quantized("--method rtn --bits 3").resolve("SHA256SUMS"));
    assertThat(other.lines().findFirst()).isNotEqualTo(single.lines().findFirst());
  }

  @Test
  void aChangedByteIsToldByTheNameOfItsFile() throws IOException {
    Path out = quantized("--method rtn");
    try (RandomAccessFile file = new RandomAccessFile(out.resolve(WEIGHTS).toFile(), "rw")) {
      file.seek(file.length() - 1);
      int last = file.read();
      file.seek(file.length() - 1);
      file.write(last ^ 1);
    }
    assertThat(fails("verify", out)).contains(WEIGHTS + " has changed");
  }

  @Test
  void filesThatAreMissingOrNewAreTold() throws IOException {
    Path out = quantized("--method rtn");
    Files.delete(out.resolve("generation_config.json"));
    Files.writeString(out.resolve("LICENSE"), "mine");
    assertThat(fails("verify", out))
        .contains("generation_config.json is missing")
        .contains("LICENSE was not there");
  }

  @Test
  void anotherRecipeIsToldByATensor() throws IOException {
    Path out = quantized("--method rtn --bits 4");
    Path recipe = folder.resolve("other.toml");
    String text = Files.readString(out.resolve("pbq-recipe.toml"));
    Files.writeString(recipe, text.replace("bits = 4", "bits = 3"));
    assertThat(fails("verify", out, "--against", recipe))
        .contains("is not what the recipe gives")
        .contains("model.layers.0.");
  }

  @Test
  void oldFoldersAreReadWithoutChecksumsAndOthersAreRefused() throws IOException {
    Path out = quantized("--method rtn");
    Files.delete(out.resolve("SHA256SUMS"));
    Cli.Result old = Cli.run("verify", out);
    assertThat(old.code()).as(old.err()).isZero();
    assertThat(old.out()).contains("no SHA256SUMS");
    Files.writeString(out.resolve("SHA256SUMS"), "../x  y\n");
    assertThat(fails("verify", out)).contains("SHA256SUMS: line 1");
    Path dense = folder.resolve("dense");
    Cli.Result exported = Cli.run("export", out, "--format", "hf", "--out", dense);
    assertThat(exported.code()).as(exported.err()).isZero();
    assertThat(fails("verify", dense)).contains("was not packed by pbq");
  }
}
