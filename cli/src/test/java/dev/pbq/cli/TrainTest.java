package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.checkpoint.WeightFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pbq train} and {@code pbq tune} as a user meets them. */
class TrainTest {
  @TempDir private Path folder;

  private Cli.Result train(Path out, Object... more) {
    List<Object> args = new ArrayList<>(List.of("train", "tiny", "--out", out));
    args.addAll(List.of("--steps", 4, "--batch", 2, "--accumulate", 1, "--seqlen", 32));
    args.addAll(List.of("--held-out", 4, "--threads", 1));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @Test
  void everyCommandTakesWhatWasTrained() throws Exception {
    Path out = folder.resolve("onebit");
    Cli.Result trained = train(out, "--method", "onebit");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("held out", "from what is stored");
    assertThat(trained.err()).contains("no sign can flip");
    assertThat(Files.readAllLines(out.resolve("training.jsonl"))).hasSize(5);

    assertThat(Cli.perplexity(out)).isFinite();
    assertThat(Cli.run("inspect", out).out()).contains("onebit");
    Cli.Result text = Cli.run("generate", out, "--prompt", "The ", "--max-new-tokens", 5);
    assertThat(text.code()).as(text.err()).isZero();
    Cli.Result distance =
        Cli.run("eval-kl", out, "--reference", "tiny", "--dataset", "tiny", "--limit", 2);
    assertThat(distance.code()).as(distance.err()).isZero();

    Cli.Result export = Cli.run("export", out, "--format", "hf", "--out", folder.resolve("hf"));
    assertThat(export.code()).isEqualTo(2);
    assertThat(export.err()).contains("is no linear map");
  }

  @Test
  void everyCommandTakesWhatWasTrainedInNumberFormats() {
    Path out = folder.resolve("formats");
    Cli.Result trained =
        train(out, "--method", "format-tune", "--format", "bfp", "--format-options", "bits=4");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("4.50", "from what is stored");
    assertThat(Cli.run("eval-ppl", out, "--dataset", "tiny", "--limit", 2).out())
        .contains("activations: as recorded");
    assertThat(
            Cli.run("eval-ppl", out, "--dataset", "tiny", "--limit", 2, "--act-format", "bfp-w6a6")
                .out())
        .contains("activations: bfp-w6a6");
    Cli.Result text = Cli.run("generate", out, "--prompt", "The ", "--max-new-tokens", 5);
    assertThat(text.code()).as(text.err()).isZero();
    assertThat(Cli.run("inspect", out).out()).contains("format-tune");

    Cli.Result noClassifier =
        train(folder.resolve("no"), "--method", "format-tune", "--task", "labels.jsonl");
    assertThat(noClassifier.code()).isNotZero();
    assertThat(noClassifier.err().lines()).hasSize(1);
    Cli.Result both =
        train(folder.resolve("no"), "--method", "format-tune", "--save", "--task", "x");
    assertThat(both.err()).contains("--task excludes");
    Cli.Result other = train(folder.resolve("no"), "--method", "onebit", "--task", "x");
    assertThat(other.err()).contains("classifiers are trained by format-tune");
    Cli.Result alone = train(folder.resolve("no"), "--method", "onebit", "--held-out-task", "x");
    assertThat(alone.err()).contains("--held-out-task needs --task");
  }

  @Test
  void aStartGivesTheSalientWeights() {
    Path start = folder.resolve("xnor");
    Cli.run("quantize", "tiny", "--method", "xnor", "--low-frac", "0.8", "--out", start);
    Path out = folder.resolve("qat");
    Cli.Result trained = train(out, "--method", "pb-qat", "--start", start);
    assertThat(trained.code()).as(trained.err()).isZero();
    Cli.Result tuned =
        Cli.run(
            "tune",
            out,
            "--reference",
            "tiny",
            "--dataset",
            "tiny",
            "--steps",
            2,
            "--batch",
            2,
            "--seqlen",
            32,
            "--out",
            folder.resolve("tuned"));
    assertThat(tuned.code()).as(tuned.err()).isZero();
    assertThat(tuned.out()).contains("held-out KL from the original");

    Path rtn = folder.resolve("rtn");
    Cli.run("quantize", "tiny", "--method", "rtn", "--bits", 4, "--out", rtn);
    Cli.Result refused = train(folder.resolve("no"), "--method", "pb-qat", "--start", rtn);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("--start", "marks no salient weights");
  }

  @Test
  void mistakesAreToldInOneLine() {
    Path out = folder.resolve("no");
    Cli.Result method = train(out, "--method", "gptq");
    assertThat(method.code()).isEqualTo(2);
    assertThat(method.err()).contains("there is no method 'gptq'; the nearest is");
    Cli.Result rate = train(out, "--method", "pb-qat", "--lr", "0");
    assertThat(rate.code()).isEqualTo(2);
    assertThat(rate.err()).contains("--lr 0 is neither a number above 0 nor auto");
    Cli.Result dense = Cli.run("tune", "tiny", "--reference", "tiny", "--out", out);
    assertThat(dense.code()).isEqualTo(4);
    assertThat(dense.err()).contains("there is nothing to tune");
    assertThat(out).doesNotExist();
  }

  @Test
  void theRecipeOfARunRepeatsIt() throws Exception {
    Path out = folder.resolve("first");
    Path pages = folder.resolve("pages");
    Cli.Result first =
        train(
            out, "--method", "pb-qat", "--salient-frac", 0.2, "--keep", "best", "--report", pages);
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(pages.resolve("report.html")).content().contains("Held-out windows", "Gradients");
    Path again = folder.resolve("again");
    Cli.Result second =
        Cli.run("train", "tiny", "--recipe", out.resolve("pbq-recipe.toml"), "--out", again);
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(again.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(out.resolve(WeightFiles.PACKED.single()));

    Path broken = Files.writeString(folder.resolve("r.toml"), "method = \"onebit\"\nstep = 3\n");
    Cli.Result refused = Cli.run("train", "tiny", "--recipe", broken, "--out", again);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("unknown key step").hasLineCount(1);
  }

  @Test
  void aDryRunTrainsNothing() {
    Path out = folder.resolve("dry");
    Cli.Result dry = train(out, "--method", "onebit", "--dry-run");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(dry.out()).contains("linear layers", "memory", "for 4 steps");
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("dry.partial")).doesNotExist();
  }

  @Test
  void whatTakesMoreMemoryThanAllowedIsNotBegun() {
    Path out = folder.resolve("large");
    Cli.Result refused = train(out, "--method", "onebit", "--max-memory", "100MB");
    assertThat(refused.code()).isEqualTo(6);
    assertThat(refused.err()).hasLineCount(1).contains("the training needs about", "--max-memory");
    assertThat(folder).isEmptyDirectory();
    Cli.Result allowed = train(out, "--method", "onebit", "--max-memory", "64GB", "--dry-run");
    assertThat(allowed.code()).as(allowed.err()).isZero();
  }

  @Test
  void theTeacherWritesTheTextAndTheResultIsSavedDense() throws Exception {
    Path out = folder.resolve("written");
    Cli.Result trained =
        Cli.run(
            "train",
            "tiny",
            "--method",
            "pb-qat",
            "--self-generate",
            40,
            "--epochs",
            0.5,
            "--seqlen",
            32,
            "--held-out",
            4,
            "--batch",
            2,
            "--accumulate",
            1,
            "--save",
            "--out",
            out);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(Cli.perplexity(folder.resolve("written-dense"))).isFinite();

    Cli.Result device = train(folder.resolve("gpu"), "--method", "onebit", "--device", "gpu:99");
    assertThat(device.code()).isEqualTo(2);
    assertThat(device.err()).contains("--device gpu:99: the engine sees").hasLineCount(1);
    assertThat(folder.resolve("gpu.partial")).doesNotExist();
  }
}
