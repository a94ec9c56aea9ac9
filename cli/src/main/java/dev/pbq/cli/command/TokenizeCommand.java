package dev.pbq.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.cli.console.ResultFile;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.TokenizerOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.TextFiles;
import dev.pbq.core.data.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pbq tokenize}: what a model's tokenizer makes of a text. */
@Command(
    name = "tokenize",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Prints the tokens of a text as calibration and evaluation see them, one per line: id and"
          + " piece. A folder with tokenizer files alone will do; no model is loaded."
    })
final class TokenizeCommand implements Runnable {
  private static final String PRINTED = "-";

  @Mixin private ModelArgument model;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TEXT",
      description = "The text; without it and --file, the standard input.")
  private String text;

  @Option(names = "--file", paramLabel = "F", description = "Read the text from a UTF-8 file.")
  private Path file;

  @Option(
      names = "--no-special",
      description = "Leave out the special tokens that go around a text.")
  private boolean noSpecial;

  @Option(
      names = "--json",
      arity = "0..1",
      fallbackValue = PRINTED,
      paramLabel = "FILE",
      description =
          "Write {\"ids\": [...], \"pieces\": [...]} to a file, or print it if none is named.")
  private String json;

  @Mixin private TokenizerOptions tokenizers;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    if (text != null && file != null) {
      throw PbqException.usage("both a text and --file are given");
    }
    Path output = json == null || json.equals(PRINTED) ? null : Path.of(json);
    ResultFile.prepare(output);
    try (Tokenizer tokenizer = tokenizers.open(model.resolve().folder())) {
      int[] ids = tokenizer.encode(input(), !noSpecial);
      List<String> pieces = IntStream.of(ids).mapToObj(tokenizer::piece).toList();
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("ids", ids);
      report.put("pieces", pieces);
      PrintWriter out = spec.commandLine().getOut();
      if (output != null) {
        ResultFile.write(output, report);
      } else if (json != null) {
        out.println(printed(report));
      } else {
        for (int i = 0; i < ids.length; i++) {
          out.println(ids[i] + "\t" + printed(pieces.get(i)));
        }
      }
      out.flush();
    }
  }

  private static String printed(Object value) {
    try {
      return new ObjectMapper().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("ids and texts are plain values", e);
    }
  }

  private String input() {
    if (text != null) {
      return text;
    }
    if (file != null) {
      return TextFiles.read(file);
    }
    try {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw PbqException.badData("cannot read the standard input", e);
    }
  }
}
