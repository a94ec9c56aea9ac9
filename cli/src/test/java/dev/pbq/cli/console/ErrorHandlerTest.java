package dev.pbq.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.cli.option.CommonOptions;
import dev.pbq.core.PbqException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ErrorHandlerTest {
  @Command
  private static final class Failing implements Callable<Integer> {
    private final Exception failure;

    @Mixin private CommonOptions common = new CommonOptions();

    Failing(Exception failure) {
      this.failure = failure;
    }

    @Override
    public Integer call() throws Exception {
      common.applyLogging();
      throw failure;
    }
  }

  private final StringWriter err = new StringWriter();

  private int fail(Exception failure, String... args) {
    return new CommandLine(new Failing(failure))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(new ErrorHandler())
        .execute(args);
  }

  @Test
  void aKnownFailureIsOneLineWithItsExitCode() {
    assertThat(fail(PbqException.numerical("layer x:\n  not finite"))).isEqualTo(5);
    assertThat(err.toString().lines()).containsExactly("pbq: layer x: | not finite");
  }

  @Test
  void workThatASignalEndedWasAnsweredWhenTheSignalCame() {
    PbqException stopped = new PbqException(PbqException.Kind.CANCELLED, "stopped after step 3");
    assertThat(fail(stopped)).isEqualTo(130);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void memoryThatTheEngineCannotGetIsAResource() {
    assertThat(fail(new IllegalStateException("DefaultCPUAllocator: can't allocate memory: 9 GB")))
        .isEqualTo(6);
  }

  @Test
  void anythingElseIsADefectAndSaysHowToReportIt() {
    assertThat(fail(new IllegalStateException("oops"))).isEqualTo(1);
    assertThat(err.toString()).contains("internal error", "--stacktrace").doesNotContain("\tat ");
  }

  @Test
  void theStackTraceIsThereWhenAskedFor() {
    assertThat(fail(PbqException.usage("bad"), "--stacktrace")).isEqualTo(2);
    assertThat(err.toString()).contains("\tat ").contains("pbq: bad");
  }
}
