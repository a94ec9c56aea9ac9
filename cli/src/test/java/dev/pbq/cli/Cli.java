package dev.pbq.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Runs the command line inside the test's process and keeps what it prints. */
final class Cli {
  private Cli() {}

  /** Exit code and output of one command. */
  record Result(int code, String out, String err) {}

  static Result run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    int code = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), words);
    return new Result(code, out.toString(), err.toString());
  }
}
