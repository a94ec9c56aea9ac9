package dev.pbq.cli.command;

import dev.pbq.cli.console.DefaultOutput;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.SeqlenOption;
import dev.pbq.cli.option.TokenizerOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputFolders;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.Calibration;
import dev.pbq.eval.profile.VarianceEntry;
import dev.pbq.eval.profile.VarianceProfile;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.run.Running;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.quantize.CalibrationDraw;
import dev.pbq.workflow.recipe.CalibrationChoice;
import dev.pbq.workflow.report.VariancePlot;
import dev.pbq.workflow.source.BuiltIn;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq profile}: the variance of activations and weights, block by block. */
@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures the variance of the activations of every operation in every decoder block, and of"
          + " the weights: where a few bits will hurt.",
      "",
      "Examples:",
      "  pbq profile tiny",
      "  pbq profile my-model --dataset wikitext2 --nsamples 64 --out my-profile"
    },
    footer = {
      "",
      "Writes activations.csv and weights.csv, with the columns block_id,layer_name,variance, and"
          + " pictures of them, activations.svg and weights.svg."
    })
final class ProfileCommand implements Runnable {
  private static final String WIKITEXT = "wikitext2";

  @Mixin private ModelArgument model;
  @Mixin private SeqlenOption seqlen;

  @Option(
      names = {"--dataset", "--calib"},
      paramLabel = "SET|FILE",
      description =
          "Text: wikitext2 (default), ptb, c4, tiny (default for the model built in), or a file;"
              + " training split.")
  private String dataset;

  @Option(
      names = "--nsamples",
      paramLabel = "N",
      description = "Windows (default: ${DEFAULT-VALUE}).")
  private int nsamples = 64;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the windows' positions (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Output directory (default: out/<model>-profile).")
  private Path out;

  @Option(names = "--force", description = "Replace the files of an earlier profile.")
  private boolean force;

  @Mixin private DataOptions data;
  @Mixin private TokenizerOptions tokenizers;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    ResolvedModel resolved = model.resolve();
    Path output = out != null ? out : DefaultOutput.of(resolved, "profile");
    requireFree(output);
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    VarianceProfile profile = measure(resolved, status);
    status.clear();
    write(output, resolved.displayName(), profile);
    print(output, profile, spec.commandLine().getOut());
  }

  private void requireFree(Path output) {
    if (!force && Files.exists(output.resolve("activations.csv"))) {
      throw PbqException.usage("output " + output + " holds a profile; --force replaces it");
    }
    if (Files.exists(output) && !Files.isDirectory(output)) {
      throw PbqException.usage("output " + output + " exists and is not a directory");
    }
  }

  private VarianceProfile measure(ResolvedModel resolved, StatusLine status) {
    ModelFolder folder = ModelFolder.open(resolved.folder());
    CalibrationChoice choice =
        new CalibrationChoice(
            Optional.of(dataset != null ? dataset : BuiltIn.defaultText(resolved, WIKITEXT)),
            nsamples,
            seqlen.tokens(),
            seed);
    // One block at a time is in memory, whatever the model's size.
    Running running = Running.of(common.threads(), 0);
    try (OpenModel opened =
        OpenModel.open(folder, ActFormat.recorded(folder), tokenizers.choice(), running)) {
      Calibration windows =
          new CalibrationDraw(resolved, opened.model(), data.texts(), tokenizers.choice())
              .draw(choice);
      return opened.profile(
          windows.windows(),
          (block, blocks, done, all) ->
              status.update(
                  "profile: block " + (block + 1) + "/" + blocks + ", window " + done + "/" + all));
    }
  }

  private static void write(Path output, String name, VarianceProfile profile) {
    OutputFolders.create("out", output);
    text(output.resolve("weights.csv"), VarianceEntry.csv(profile.weights()));
    text(
        output.resolve("weights.svg"),
        VariancePlot.svg(name + ": variance of weights", profile.weights()));
    text(
        output.resolve("activations.svg"),
        VariancePlot.svg(name + ": variance of activations", profile.activations()));
    text(output.resolve("activations.csv"), VarianceEntry.csv(profile.activations()));
  }

  private static void text(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void print(Path output, VarianceProfile profile, PrintWriter console) {
    console.println("variance             first block   last block      largest");
    table(profile.activations(), "", console);
    table(profile.weights(), " weight", console);
    console.println("written to " + output + "/{activations,weights}.{csv,svg}");
  }

  private static void table(List<VarianceEntry> entries, String suffix, PrintWriter console) {
    Map<String, double[]> rows = new LinkedHashMap<>();
    for (VarianceEntry e : entries) {
      double[] row =
          rows.computeIfAbsent(
              e.operation(), o -> new double[] {e.variance(), e.variance(), e.variance(), 0});
      row[1] = e.variance();
      if (e.variance() > row[2]) {
        row[2] = e.variance();
        row[3] = e.block();
      }
    }
    rows.forEach(
        (name, row) ->
            console.println(
                String.format(
                    Locale.ROOT,
                    "%-20s %11.4g  %11.4g  %11.4g (block %d)",
                    name + suffix,
                    row[0],
                    row[1],
                    row[2],
                    (int) row[3])));
  }
}
