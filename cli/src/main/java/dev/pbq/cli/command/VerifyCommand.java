package dev.pbq.cli.command;

import dev.pbq.cli.console.QuantizeProgress;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.RecipeFile;
import dev.pbq.workflow.verify.BlockRepetition;
import dev.pbq.workflow.verify.FolderCheck;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pbq verify}: whether a packed folder still is what was written. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Reads a packed folder whole: compares all files with the checksums in its SHA256SUMS,"
          + " decodes every packed layer, and prints the fingerprint of the tensors.",
      "",
      "Examples:",
      "  pbq verify out/llama-7b-xnor",
      "  pbq verify out/my-xnor --against out/my-xnor/pbq-recipe.toml --reference my-model"
    })
final class VerifyCommand implements Runnable {
  @Parameters(paramLabel = "DIR", description = "A folder that pbq packed.")
  private Path folder;

  @Option(
      names = "--against",
      paramLabel = "RECIPE",
      description = "Also quantize the first block again by this recipe, and compare the bytes.")
  private Path recipe;

  @Option(
      names = "--reference",
      paramLabel = "MODEL",
      description = "The original model for --against (default: the one that the report names).")
  private String reference;

  @Mixin private DataOptions data;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    PrintWriter out = spec.commandLine().getOut();
    FolderCheck check = Parallel.withThreads(common.threads(), () -> FolderCheck.of(folder));
    out.printf("%s: tensors sha256 %s%n", folder, check.tensors());
    check.require();
    out.printf("  %d packed layers decode; ", check.layers());
    out.println(
        check.files() == 0
            ? "no SHA256SUMS: nothing to compare files with"
            : check.files() + " files as they were written");
    if (recipe != null) {
      StatusLine status = new StatusLine(spec.commandLine().getErr());
      String model = reference != null ? reference : QuantizationReport.read(folder).model();
      try (RecipeRun run =
          RecipeRun.open(
              ModelArgument.models(status).resolve(model),
              RecipeFile.read(recipe),
              data.texts(),
              common.threads())) {
        BlockRepetition again = BlockRepetition.of(folder, run, new QuantizeProgress(status));
        status.clear();
        again.require();
        out.printf("  first block made again: %d tensors, the same bytes%n", again.tensors());
      }
    }
  }
}
