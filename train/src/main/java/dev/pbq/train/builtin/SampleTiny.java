package dev.pbq.train.builtin;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples a text from a trained model: {@code SampleTiny --model DIR --out FILE --sequences N
 * --seed N}.
 */
public final class SampleTiny {
  private static final Logger LOG = LoggerFactory.getLogger(SampleTiny.class);

  private SampleTiny() {}

  public static void main(String[] args) throws IOException {
    Options options = Options.parse(args, "model", "out", "sequences", "seed");
    Path model = Path.of(options.text("model", "tiny-run/model"));
    Path out = Path.of(options.text("out", "sample.txt"));
    EngineSettings.apply();
    WordVocabulary vocabulary = WordVocabulary.of(new World(TextGenerator.POPULATION));
    TinyWeights weights = new TinyWeights(TrainTiny.builtIn(vocabulary));
    TinyModelFolder.read(model, weights);
    try (NDManager manager = Engines.newManager();
        TextSampler sampler = new TextSampler(manager, weights, vocabulary)) {
      String text = sampler.text(options.integer("sequences", 64), options.integer("seed", 1));
      Files.writeString(out, text);
      LOG.info("{} tokens to {}", vocabulary.encode(text).length, out);
    }
  }
}
