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
import dev.pbq.workflow.chat.Conversation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
    })
final class ChatCommand implements Runnable {
  @Mixin private ModelArgument model;

  @Option(names = "--system", paramLabel = "TEXT", description = "A system message to begin with.")
  private String system;

  @Option(
      names = "--messages",
      paramLabel = "FILE.json",
      description =
          "With --print-prompt: a conversation, a list of objects with role and content (or an"
              + " object with such a list as messages, and tools and documents beside it).")
  private Path messages;

  @Option(
      names = "--print-prompt",
      description =
          "Print what the template makes of --messages, byte for byte, with the generation prompt,"
              + " and end. The model is not loaded.")
  private boolean printPrompt;

  @Mixin private GenerationOptions generation;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    if (printPrompt != (messages != null)) {
      throw PbqException.usage("--messages FILE.json and --print-prompt are given together");
    }
    if (printPrompt) {
      PrintWriter out = spec.commandLine().getOut();
      out.print(template(model.resolve().folder()).render(Conversation.read(messages)));
      out.flush();
      return;
    }
    int maxNewTokens = generation.maxNewTokens();
    TokenSampler sampler = generation.sampler();
    ModelFolder folder = ModelFolder.open(model.resolve().folder());
    ChatTemplate template = template(folder.path());
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

  private static ChatTemplate template(Path folder) {
    return ChatTemplate.of(folder)
        .orElseThrow(
            () ->
                PbqException.usage(
                    folder + " has no chat template: 'pbq generate' continues plain text"));
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
