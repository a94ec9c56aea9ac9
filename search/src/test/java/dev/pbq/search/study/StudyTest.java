package dev.pbq.search.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.testkit.SyntheticModel;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.run.Running;
import dev.pbq.search.sampler.SamplerKind;
import dev.pbq.search.sampler.SpacePresets;
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

/** A study put together by a program, without a command line. */
class StudyTest {
  private static final int TRIALS = 3;
  private static final int THREADS = 1;
  private static final EvaluationText TEXT =
      EvaluationText.of(
          "letters", "a b c d e f g h i j k l m n o p q r s t u v w x y z ".repeat(8));

  @TempDir private Path folder;
  private ModelFolder model;

  @BeforeEach
  void makeModel() throws IOException {
    model = SyntheticModel.llama(folder.resolve("model"), 1, 5);
    List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    "abcdefghijklmnopqrstuvwxyz".chars().forEach(c -> words.add(Character.toString(c)));
    Files.write(model.path().resolve("vocab.txt"), words);
    Files.writeString(
        model.path().resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"BertTokenizer\"}");
  }

  private static StudySettings settings(long seed) {
    String space = SpacePresets.toml(SpacePresets.DEFAULT).orElseThrow();
    return new StudySettings(SpacePresets.DEFAULT, space, SamplerKind.RANDOM, seed, 4, false, 16);
  }

  private List<Measured> run(StudySettings settings, Path file) {
    StudyPlan plan = settings.plan(SearchedModel.open(model));
    List<Measured> heard = new ArrayList<>();
    TrialModel opened =
        TrialModel.open(model, TokenChoice.DEFAULT, new Running(THREADS, Long.MAX_VALUE, folder));
    try (TrialObjective objective =
            PerplexityObjective.of(
                opened, TEXT, OptionalInt.of(16), OptionalInt.of(2), ScoringProgress.SILENT);
        StudyFile study =
            StudyFile.open(file, StudyHeader.of(model, objective, settings, plan, THREADS), true)) {
      new Study(plan, objective, study, heard::add).run(TRIALS);
      StudyResult result = StudyResult.of(study, objective.metric());
      assertThat(result.trials()).hasSize(TRIALS);
      StudyOutput.Written written =
          new StudyOutput(folder, "m", plan.space(), SearchedModel.open(model).linears())
              .write(result, Optional.of(result.front().get(0)));
      assertThat(written.front()).isNotEmptyFile();
      assertThat(written.best().orElseThrow()).isNotEmptyFile();
      assertThat(written.recipe().orElseThrow()).isNotEmptyFile();
    }
    return heard;
  }

  @Test
  void everythingIsMeasuredOnceAndNothingAgain() {
    Path file = folder.resolve(StudyFile.NAME);
    List<Measured> heard = run(settings(0), file);
    assertThat(heard).hasSize(1 + Study.uniformLabels().size() + TRIALS);
    assertThat(heard.get(0).label()).isEqualTo(Study.FULL);
    assertThat(heard).allMatch(m -> m.failure() == null && m.value() > 1);
    assertThat(run(settings(0), file)).isEmpty();
    assertThatThrownBy(() -> run(settings(1), file))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("seed (0 then, 1 now)");
  }

  @Test
  void aQuantizedModelIsRefused() throws IOException {
    Path config = model.path().resolve("config.json");
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(config.toFile());
    json.putObject("quantization_config").put("quant_method", "gptq");
    Files.writeString(config, json.toString());
    assertThatThrownBy(() -> SearchedModel.open(ModelFolder.open(model.path())))
        .isInstanceOf(PbqException.class)
        .hasMessageEndingWith("is quantized already; search takes a dense model");
  }
}
