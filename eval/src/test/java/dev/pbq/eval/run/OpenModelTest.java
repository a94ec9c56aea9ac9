package dev.pbq.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.generate.TokenSampler;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.ProductFormat;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.testkit.SyntheticModel;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.protocol.GptqProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders opened and measured by a program, without a command line. */
class OpenModelTest {
  private static final EvaluationText TEXT =
      EvaluationText.of(
          "letters", "a b c d e f g h i j k l m n o p q r s t u v w x y z ".repeat(8));

  @TempDir private Path folder;
  private Path scratch;
  private Running running;

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Files.createDirectory(folder.resolve("scratch"));
    running = new Running(2, Long.MAX_VALUE, scratch);
  }

  /** A format that drops every input of a linear. */
  private record NoInputs(String label) implements ProductFormat {
    @Override
    public ProductOperands operands(TransformerModel model) {
      return (product, operand) ->
          operand == Operand.LEFT
              ? (x, matrices, rows, cols) -> {
                for (int i = 0; i < matrices * rows * cols; i++) {
                  x.put(i, 0);
                }
              }
              : OperandTransform.NONE;
    }
  }

  private static ModelFolder withTokenizer(ModelFolder model) throws IOException {
    List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    "abcdefghijklmnopqrstuvwxyz".chars().forEach(c -> words.add(Character.toString(c)));
    Files.write(model.path().resolve("vocab.txt"), words);
    Files.writeString(
        model.path().resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"BertTokenizer\"}");
    return model;
  }

  private ModelFolder llama() throws IOException {
    return withTokenizer(SyntheticModel.llama(folder.resolve("llama"), 1));
  }

  @Test
  void perplexityIsThatOfTheFormatAndSaysSo() throws IOException {
    ModelFolder model = llama();
    PerplexityEvaluation evaluation =
        new PerplexityEvaluation(TokenChoice.DEFAULT, running, EvaluationProgress.SILENT);
    List<GptqProtocol> texts =
        GptqProtocol.each(List.of(TEXT), OptionalInt.of(16), OptionalInt.of(3));
    PerplexityResult plain = evaluation.run("m", model, texts, Optional.empty()).get(0);
    PerplexityResult changed =
        evaluation.run("m", model, texts, Optional.of(new NoInputs("zeros"))).get(0);
    assertThat(plain.perplexity()).isFinite().isGreaterThan(1);
    assertThat(plain.windows()).isEqualTo(3);
    assertThat(plain.actFormat()).isNull();
    assertThat(changed.actFormat()).isEqualTo("zeros");
    assertThat(changed.perplexity()).isNotEqualTo(plain.perplexity());
    PerplexityResult streamed =
        new PerplexityEvaluation(
                TokenChoice.DEFAULT, new Running(2, 0, scratch), EvaluationProgress.SILENT)
            .run("m", model, texts, Optional.empty())
            .get(0);
    assertThat(streamed.perplexity()).isCloseTo(plain.perplexity(), within(1e-5));
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void weightsAsTheyAreStoredGiveTheSameFigure() throws IOException {
    ModelFolder model = llama();
    List<GptqProtocol> texts =
        GptqProtocol.each(List.of(TEXT), OptionalInt.of(16), OptionalInt.of(3));
    List<Double> figures = new ArrayList<>();
    for (Running way :
        List.of(running, running.withPacked(true), new Running(2, 0, scratch, true))) {
      PerplexityResult result =
          new PerplexityEvaluation(TokenChoice.DEFAULT, way, EvaluationProgress.SILENT)
              .run("m", model, texts, Optional.empty())
              .get(0);
      figures.add(result.perplexity());
    }
    assertThat(figures.get(1)).isCloseTo(figures.get(0), within(1e-4));
    assertThat(figures.get(2)).isCloseTo(figures.get(1), within(1e-5));
    assertThatThrownBy(
            () ->
                new PerplexityEvaluation(
                        TokenChoice.DEFAULT, running.withPacked(true), EvaluationProgress.SILENT)
                    .run("m", model, texts, Optional.of(new NoInputs("zeros"))))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("float32 weights");
  }

  @Test
  void aModelIsNoDistanceFromItself() throws IOException {
    DistanceEvaluation.Named model = new DistanceEvaluation.Named("m", llama(), Optional.empty());
    DistanceResult result =
        new DistanceEvaluation(TokenChoice.DEFAULT, running, EvaluationProgress.SILENT)
            .run(model, model, TEXT, OptionalInt.of(16), OptionalInt.of(3), Optional.empty());
    assertThat(result.statistics().tokens()).isEqualTo(45);
    assertThat(result.statistics().kl().max()).isCloseTo(0, within(1e-6));
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void textIsGenerated() throws IOException {
    StringBuilder text = new StringBuilder();
    try (TextModel model =
        TextModel.open(llama(), Optional.empty(), TokenChoice.DEFAULT, running, 20)) {
      int[] prompt = model.tokenizer().encode("a b c");
      TextModel.Outcome outcome =
          model.generate(prompt, 4, new TokenSampler(0, 1, 0), text::append);
      assertThat(outcome.tokens()).isBetween(0, 4);
      assertThat(text.length() > 0).isEqualTo(outcome.tokens() > 0);
    }
  }

  @Test
  void whatIsMissingIsToldBeforeAnythingRuns() throws IOException {
    ModelFolder noTokenizer = SyntheticModel.llama(folder.resolve("bare"), 2);
    assertThatThrownBy(() -> open(noTokenizer, running))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("has no tokenizer");

    Path lacking = SyntheticModel.llama(folder.resolve("lacking"), 2, 3).path();
    Path config = lacking.resolve("config.json");
    String more = Files.readString(config).replaceAll("(num_hidden_layers\"\\s*:\\s*)2", "$13");
    Files.writeString(config, more);
    assertThatThrownBy(() -> open(ModelFolder.open(lacking), running))
        .isInstanceOf(PbqException.class)
        .hasMessageStartingWith(lacking + " lacks the tensor model.layers.2.")
        .hasMessageEndingWith(" others that config.json calls for");

    assertThatThrownBy(() -> Running.of(0, 1))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("threads");
  }

  private static void open(ModelFolder folder, Running running) {
    OpenModel.open(folder, Optional.empty(), TokenChoice.DEFAULT, running).close();
  }
}
