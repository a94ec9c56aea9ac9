package dev.pbq.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.cli.option.ActFormatOptions;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.search.density.MemoryFacts;
import dev.pbq.workflow.inspect.Inspection;
import dev.pbq.workflow.inspect.InspectionJson;
import dev.pbq.workflow.inspect.InspectionText;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq inspect}: what is in a checkpoint, from its headers alone; loads no engine. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what is in a model: architecture, size and element types; for a packed model the"
          + " method, its settings, and stored bits by part. Reads headers only.",
      "",
      "Examples:",
      "  pbq inspect out/llama-7b-xnor --layers",
      "  pbq inspect opt-1.3b --act-format bfp-w6a6"
    })
final class InspectCommand implements Runnable {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin private ModelArgument model;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Option(names = "--layers", description = "List every quantized layer.")
  private boolean layers;

  @Option(
      names = "--act-format",
      paramLabel = "PRESET|FILE",
      description =
          "Also show the memory density of weights and activations in these number formats, as"
              + " llm-mixed-q counts it.")
  private String actFormat;

  @Option(
      names = "--seqlen",
      paramLabel = "N",
      description = "Tokens whose activations count (default: ${DEFAULT-VALUE}).")
  private int seqlen = 256;

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  @Override
  public void run() {
    common.applyLogging();
    ResolvedModel resolved = model.resolve();
    ModelFolder folder = ModelFolder.open(resolved.folder());
    Inspection found = Parallel.withThreads(common.threads(), () -> Inspection.of(folder));
    ObjectNode facts = InspectionJson.of(found, layers);
    if (actFormat != null) {
      putMemory(facts, folder);
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      if (json) {
        out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(facts));
      } else {
        InspectionText.print(facts, out);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("facts are JSON already", e);
    }
  }

  private void putMemory(ObjectNode facts, ModelFolder folder) {
    if (seqlen < 1) {
      throw PbqException.usage("--seqlen " + seqlen + " is not at least 1");
    }
    TransformerModel model = Architectures.any(folder.config(), folder.path().toString());
    ActFormat format = ActFormatOptions.asked(actFormat, false, folder);
    MemoryFacts.put(
        facts.putObject("memory"), model, format.label(), format.resolve(model), seqlen);
  }
}
