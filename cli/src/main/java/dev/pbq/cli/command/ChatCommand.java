package dev.pbq.cli.command;

import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.GenerationOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.generate.StopReason;
import dev.pbq.core.generate.TokenSampler;
import dev.pbq.eval.run.TextModel;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.chat.ChatTemplate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq chat}: a conversation with a model that has a chat template. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Talks with a dense or packed model in the form that its tokenizer's chat template gives. One"
          + " line is one message; /reset forgets the conversation, /exit or the end of the input"
          + " ends it."
    },
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n")
final class ChatCommand implements Runnable {
  @Mixin private ModelArgument model;

  @Option(names = "--system", paramLabel = "TEXT", description = "A system message to begin with.")
  private String system;

  @Mixin private GenerationOptions generation;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    int maxNewTokens = generation.maxNewTokens();
    TokenSampler sampler = generation.sampler();
    ModelFolder folder = ModelFolder.open(model.resolve().folder());
    ChatTemplate template =
        ChatTemplate.of(folder.path())
            .orElseThrow(
                () ->
                    PbqException.usage(
                        folder.path()
                            + " has no chat template: 'pbq generate' continues plain text"));
    try (TextModel opened =
        TextModel.open(
            folder,
            ActFormat.recorded(folder),
            TokenChoice.TEMPLATES,
            generation.running(common),
            Integer.MAX_VALUE)) {
      talk(opened, template, maxNewTokens, sampler);
    }
  }

  private void talk(
      TextModel opened, ChatTemplate template, int maxNewTokens, TokenSampler sampler) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<ChatTemplate.Message> conversation = beginning();
    for (String line = ask(in, err); line != null; line = ask(in, err)) {
      if (line.equals("/exit")) {
        return;
      }
      if (line.equals("/reset")) {
        conversation = beginning();
        continue;
      }
      if (line.isBlank()) {
        continue;
      }
      conversation.add(new ChatTemplate.Message("user", line));
      int[] ids = opened.tokenizer().encode(template.render(conversation), false);
      if (ids.length > opened.positions()) {
        throw PbqException.usage(
            "the conversation's "
                + ids.length
                + " tokens are more than the model's "
                + opened.positions()
                + " positions: /reset begins anew");
      }
      StringBuilder reply = new StringBuilder();
      TextModel.Outcome outcome =
          opened.generate(
              ids,
              maxNewTokens,
              sampler,
              added -> {
                reply.append(added);
                out.print(added);
                out.flush();
              });
      out.println();
      if (outcome.reason() == StopReason.POSITIONS) {
        err.println("pbq: the model has no further positions: /reset begins anew");
      }
      conversation.add(new ChatTemplate.Message("assistant", reply.toString().strip()));
    }
  }

  private List<ChatTemplate.Message> beginning() {
    List<ChatTemplate.Message> conversation = new ArrayList<>();
    if (system != null) {
      conversation.add(new ChatTemplate.Message("system", system));
    }
    return conversation;
  }

  private static String ask(BufferedReader in, PrintWriter err) {
    err.print("> ");
    err.flush();
    try {
      return in.readLine();
    } catch (IOException e) {
      throw PbqException.badData("cannot read the standard input", e);
    }
  }
}
