package dev.pbq.cli.command;

import dev.pbq.cli.console.VersionProvider;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pbq}: prints help, or runs one of its subcommands. */
@Command(
    name = "pbq",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    header = "Post-training quantization of large language models at 1-4 bits.",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "",
      "Quantizes a language model, block by block, into a packed checkpoint whose size"
          + " and perplexity can be trusted: bits are counted from bytes written, and what is"
          + " evaluated is what is stored, to the last bit."
    },
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:internal error (a defect: please report it)",
      "2:usage: an option or setting that makes no sense",
      "3:not found: model, file, tensor or data set",
      "4:unreadable or unsupported model or data",
      "5:numerical failure: NaN, infinity, or a Hessian that does not factor",
      "6:out of memory or disk",
      "130:interrupted (Ctrl-C); quantize and train continue with --resume"
    },
    footer = {
      "",
      "A MODEL is a Hugging Face folder, a folder that pbq wrote, a hub id (org/name), downloaded",
      "if it is not in the hub cache, an alias such as llama-7b, or tiny, the model built in.",
      "",
      "First steps:",
      "  pbq demo",
      "  pbq quantize tiny --method xnor --low-frac 0.9 --salient-metric hessian --out tiny-xnor",
      "  pbq eval-ppl tiny-xnor --dataset tiny",
      "  pbq inspect tiny-xnor",
      "",
      "Shell completion:  source <(pbq generate-completion)"
    })
public final class PbqCommand implements Runnable {
  private static final List<Class<?>> COMMANDS =
      List.of(
          QuantizeCommand.class,
          MethodsCommand.class,
          EvalPplCommand.class,
          EvalTasksCommand.class,
          EvalKlCommand.class,
          EvalClassifyCommand.class,
          CompareCommand.class,
          SensitivityCommand.class,
          InspectCommand.class,
          VerifyCommand.class,
          GenerateCommand.class,
          ChatCommand.class,
          TokenizeCommand.class,
          PullCommand.class,
          ProfileCommand.class,
          BenchCommand.class,
          ExportCommand.class,
          SearchCommand.class,
          TrainCommand.class,
          TuneCommand.class,
          DemoCommand.class,
          AutoComplete.GenerateCompletion.class,
          HelpCommand.class);

  @Spec private CommandSpec spec;

  /**
   * {@code pbq} with what these words need, as making a command takes long: the one that they begin
   * with, for the program's own pages a list of all, otherwise all.
   */
  public static CommandLine line(String... words) {
    CommandLine pbq = new CommandLine(new PbqCommand());
    String first = words.length == 0 ? "" : words[0];
    if (words.length == 1 && List.of("-h", "--help", "-V", "--version").contains(first)) {
      for (Class<?> command : COMMANDS) {
        CommandSpec entry = CommandSpec.create();
        entry.usageMessage().header(facts(command).header());
        entry.usageMessage().description(facts(command).description());
        pbq.addSubcommand(facts(command).name(), entry);
      }
      return pbq;
    }
    // The last two tell of all others.
    List<Class<?>> others = COMMANDS.subList(0, COMMANDS.size() - 2);
    List<Class<?>> named = others.stream().filter(c -> facts(c).name().equals(first)).toList();
    (named.isEmpty() ? COMMANDS : named).forEach(c -> pbq.addSubcommand(command(c)));
    return pbq;
  }

  private static CommandLine command(Class<?> type) {
    CommandLine command = new CommandLine(type);
    command.getCommandSpec().usageMessage().descriptionHeading("%n");
    command.getCommandSpec().usageMessage().optionListHeading("%nOptions:%n");
    return command;
  }

  private static Command facts(Class<?> command) {
    return command.getAnnotation(Command.class);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing: try 'pbq --help' or 'pbq demo'");
  }
}
