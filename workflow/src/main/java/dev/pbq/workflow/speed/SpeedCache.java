package dev.pbq.workflow.speed;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Figures of this machine that were measured before, a file for each kind of processor, number of
 * threads, Java and version. What cannot be read is measured again, what cannot be written is
 * measured each time.
 *
 * @param folder the user's cache
 */
public record SpeedCache(Path folder) {
  private static final Logger LOG = LoggerFactory.getLogger(SpeedCache.class);
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The figures for so many threads. */
  public RunRates rates(int threads, Supplier<RunRates> measure) {
    Path file = folder.resolve("speed-" + key(threads) + ".json");
    Optional<RunRates> known = read(file);
    if (known.isPresent()) {
      return known.get();
    }
    RunRates rates = measure.get();
    try {
      Files.createDirectories(folder);
      AtomicFile.write(file, JSON.writeValueAsString(rates).getBytes(StandardCharsets.UTF_8));
    } catch (IOException | PbqException e) {
      LOG.debug("figures of this machine are not kept: {}", e.getMessage());
    }
    return rates;
  }

  private static Optional<RunRates> read(Path file) {
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(file.toFile(), RunRates.class)).filter(SpeedCache::sound);
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} is measured again: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private static boolean sound(RunRates rates) {
    return rates.hessian() > 0
        && rates.factor() > 0
        && !rates.products().isEmpty()
        && rates.products().values().stream().allMatch(rate -> rate > 0);
  }

  private static String key(int threads) {
    String text =
        String.join(
            "|",
            processor(),
            Integer.toString(Runtime.getRuntime().availableProcessors()),
            Integer.toString(threads),
            System.getProperty("java.version"),
            Version.current());
    return String.format(Locale.ROOT, "%08x", text.hashCode());
  }

  /** The name of the processor where the system tells it, else its architecture. */
  private static String processor() {
    String otherwise = System.getProperty("os.arch");
    if (!Files.isReadable(PROCESSORS)) {
      return otherwise;
    }
    try {
      return Files.readAllLines(PROCESSORS).stream()
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .orElse(otherwise);
    } catch (IOException e) {
      LOG.debug("the processor's name is not to be had: {}", e.getMessage());
      return otherwise;
    }
  }
}
