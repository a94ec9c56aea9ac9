package dev.pbq.cli.command;

import dev.pbq.cli.console.MethodTexts;
import dev.pbq.core.quant.Methods;
import dev.pbq.train.method.TrainingMethods;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pbq methods}: what methods there are, and what settings one has. */
@Command(
    name = "methods",
    mixinStandardHelpOptions = true,
    description =
        "Lists the quantization and training methods, or all settings of one with what they accept,"
            + " their defaults and their keys in recipes.",
    parameterListHeading = "%n")
final class MethodsCommand implements Runnable {
  @Parameters(arity = "0..1", paramLabel = "METHOD", description = "Show this method's settings.")
  private String method;

  @Option(
      names = "--stacktrace",
      description = "Print the Java stack trace of an error, for bug reports.")
  private boolean stacktrace;

  @Spec private CommandSpec spec;

  boolean stacktrace() {
    return stacktrace;
  }

  @Override
  public void run() {
    Methods methods = Methods.load();
    PrintWriter out = spec.commandLine().getOut();
    TrainingMethods training = TrainingMethods.load();
    if (method == null) {
      out.print(MethodTexts.list(methods));
      out.print(MethodTexts.list(training));
      out.println();
      out.println("'pbq methods METHOD' shows the settings of one.");
      return;
    }
    if (training.method(method).isPresent()) {
      out.print(MethodTexts.settings(training, method));
      return;
    }
    methods.require(method);
    out.print(MethodTexts.settings(methods, method));
  }
}
