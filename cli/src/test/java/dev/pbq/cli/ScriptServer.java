package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A program {@code pbq} for scripts whose commands run in the process of the test: a script that
 * calls it fifty times starts fifty shells, but the libraries of the model are loaded once. Exit
 * codes, output and errors are those of the command. Commands share the folder of the test.
 */
final class ScriptServer implements AutoCloseable {
  /** Sends its arguments, each ended by a zero byte, and gives back what it is told. */
  private static final String CLIENT =
      """
      #!/usr/bin/env bash
      set -eu
      exec 3<>/dev/tcp/127.0.0.1/%d
      printf '%%s\\0' "$#" "$@" >&3
      while IFS= read -r line <&3; do
        case "$line" in
          o*) printf '%%s\\n' "${line#o}" ;;
          e*) printf '%%s\\n' "${line#e}" >&2 ;;
          x*) exit "${line#x}" ;;
        esac
      done
      echo "pbq: the test's process did not answer" >&2
      exit 70
      """;

  private final ServerSocket socket;
  private final Path program;

  /** Starts to listen and writes the program into {@code folder}. */
  ScriptServer(Path folder) throws IOException {
    socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    program =
        Files.createFile(
            folder.resolve("pbq"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.writeString(program, CLIENT.formatted(socket.getLocalPort()));
    Thread thread = new Thread(this::serve, "pbq-scripts");
    thread.setDaemon(true);
    thread.start();
  }

  /** The file that scripts are told to start. */
  Path program() {
    return program;
  }

  private void serve() {
    // However this ends, no script must wait for an answer that will not come.
    try (socket) {
      while (true) {
        answerNext();
      }
    } catch (SocketException e) {
      assertThat(socket.isClosed()).as(e.toString()).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answerNext() throws IOException {
    try (Socket client = socket.accept()) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      Object[] words = new Object[Integer.parseInt(word(in))];
      for (int i = 0; i < words.length; i++) {
        words[i] = word(in);
      }
      client.getOutputStream().write(answer(Cli.run(words)).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String answer(Cli.Result result) {
    StringBuilder answer = new StringBuilder();
    result.err().lines().forEach(line -> answer.append('e').append(line).append('\n'));
    result.out().lines().forEach(line -> answer.append('o').append(line).append('\n'));
    return answer.append('x').append(result.code()).append('\n').toString();
  }

  private static String word(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b > 0; b = in.read()) {
      bytes.write(b);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Ends it; commands that run are not waited for. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
