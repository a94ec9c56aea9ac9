package dev.pbq.search.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.json.JsonFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The record of a study, {@code study.jsonl}: a header, then a line for everything that was
 * measured, on the disk before the next is begun. A line that was cut off by a crash is dropped.
 * The file is locked while it is open.
 */
public final class StudyFile implements AutoCloseable {
  /** Its name in an output directory. */
  public static final String NAME = "study.jsonl";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final FileChannel channel;
  private final List<Measured> lines;

  private StudyFile(Path file, FileChannel channel, List<Measured> lines) {
    this.file = file;
    this.channel = channel;
    this.lines = lines;
  }

  /**
   * Begins a study, or continues the one that the file holds.
   *
   * @param resume whether an existing file is continued; otherwise it is replaced
   * @throws PbqException USAGE if the study in the file has another fingerprint, or another process
   *     is at it; BAD_DATA if the file is no study
   */
  public static StudyFile open(Path file, StudyHeader header, boolean resume) {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      lock(file, channel);
      List<Measured> lines = new ArrayList<>();
      boolean begun = resume && read(file, channel, header, lines);
      StudyFile study = new StudyFile(file, channel, lines);
      if (!begun) {
        channel.truncate(0);
        study.append(JSON.writeValueAsString(header));
      }
      return study;
    } catch (IOException e) {
      closeAfter(e, channel);
      throw PbqException.resources("cannot write " + file + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      closeAfter(e, channel);
      throw e;
    }
  }

  private static void lock(Path file, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      throw PbqException.usage(file + " is in use by another search");
    }
    if (lock == null) {
      throw PbqException.usage(file + " is in use by another search");
    }
  }

  /** Reads whole lines and cuts off the rest; false if there is not even a header. */
  private static boolean read(
      Path file, FileChannel channel, StudyHeader header, List<Measured> lines) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {}
    byte[] all = bytes.array();
    int number = 0;
    int start = 0;
    for (int end = 0; end < bytes.position(); end++) {
      if (all[end] != '\n') {
        continue;
      }
      String line = new String(all, start, end - start, StandardCharsets.UTF_8);
      number++;
      try {
        if (number == 1) {
          header.requireSame(required(JSON.readValue(line, StudyHeader.class)), file);
        } else {
          lines.add(fitting(JSON.readValue(line, Measured.class), header));
        }
      } catch (JsonProcessingException e) {
        throw PbqException.badData(
            file + ", line " + number + " is no line of a study: " + JsonFaults.of(e), e);
      } catch (IllegalArgumentException e) {
        throw PbqException.badData(
            file + ", line " + number + " is no line of a study: " + e.getMessage(), e);
      }
      start = end + 1;
    }
    channel.truncate(start);
    channel.position(start);
    return number > 0;
  }

  private static <T> T required(T line) {
    if (line == null) {
      throw new IllegalArgumentException("it is empty");
    }
    return line;
  }

  /** A line whose choices are as many as the study has variables, with numbers that can be. */
  private static Measured fitting(Measured line, StudyHeader header) {
    int choices = required(line).choices() == null ? 0 : line.choices().size();
    if (line.trial() == null ? line.label() == null : choices != header.variables().size()) {
      throw new IllegalArgumentException("it is neither a trial nor labelled");
    }
    boolean measured = line.value() == null || (Double.isFinite(line.value()) && line.value() >= 0);
    if (!measured || !Double.isFinite(line.density()) || line.density() <= 0) {
      throw new IllegalArgumentException("its value or density can be of no trial");
    }
    return line;
  }

  /** Everything that was measured, in order. */
  public List<Measured> lines() {
    return List.copyOf(lines);
  }

  /** The trials, in order. */
  public List<Measured> trials() {
    return lines.stream().filter(m -> m.trial() != null).toList();
  }

  /** What is no trial, by its label. */
  public Optional<Measured> labelled(String label) {
    return lines.stream().filter(m -> label.equals(m.label())).findFirst();
  }

  /** Adds a line; it is on the disk when this returns. */
  void add(Measured measured) {
    try {
      append(JSON.writeValueAsString(measured));
    } catch (IOException e) {
      throw PbqException.resources("cannot write " + file + ": " + e.getMessage(), e);
    }
    lines.add(measured);
  }

  private void append(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw PbqException.resources("cannot close " + file + ": " + e.getMessage(), e);
    }
  }

  private static void closeAfter(Throwable failure, FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
