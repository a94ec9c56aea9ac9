package dev.pbq.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.eval.distance.DistanceResult;
import org.junit.jupiter.api.Test;

/** What other programs read, and files of earlier versions: keys, their order, what is left out. */
class ResultFormatTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String PERPLEXITY =
      "{'model':'m','dataset':'d','protocol':'gptq','seqlen':16,'windows':3,'tokens':48,"
          + "'scored_tokens':45,'nll':2.5,'nll_stderr':0.25,'perplexity':12.0,'stderr':3.0,"
          + "'bos':'none','joined':'as it is','text_sha256':'ab','text_tokens':50,"
          + "'first_tokens':[1,2],'tokenizer':'cd','seconds':1.5}";

  private static final String WORDS =
      "{'model':'m','dataset':'d','protocol':'lm-eval','seqlen':16,'stride':8,'windows':3,"
          + "'tokens':48,'scored_tokens':45,'nll':2.5,'nll_stderr':0.25,'perplexity':12.0,"
          + "'stderr':3.0,'per_word':{'documents':2,'words':9,'bytes':40,'word_perplexity':1.0,"
          + "'byte_perplexity':2.0,'bits_per_byte':3.0,'token_perplexity':4.0},'bos':'none',"
          + "'joined':'as it is','text_sha256':'ab','text_tokens':50,'first_tokens':[],"
          + "'tokenizer':'cd','seconds':1.5,'act_format':'bfp-w6a6'}";

  private static final String SPREAD =
      "'mean':0.1,'stderr':0.2,'min':0.3,'p01':0.4,'p05':0.5,'p10':0.6,'median':0.7,'p90':0.8,"
          + "'p95':0.9,'p99':1.0,'p999':1.05,'max':1.1";

  private static final String DISTANCE =
      "{'model':'m','reference':'r','dataset':'d','protocol':'gptq','seqlen':16,'windows':3,"
          + "'joined':'as it is','text_sha256':'ab','tokens_sha256':'ef','tokenizer':'cd',"
          + "'reference_weights':'gh','act_format':'bfp-w6a6','tokens':45,'kl':{"
          + SPREAD
          + "},'same_top':0.5,'same_top_stderr':0.01,'probability_change':{'rms':0.1,"
          + "'rms_stderr':0.2,"
          + SPREAD
          + "},'perplexity':{'reference':1.0,'reference_stderr':2.0,'model':3.0,"
          + "'model_stderr':4.0,'log_ratio':5.0,'log_ratio_stderr':6.0,'ratio':7.0,"
          + "'ratio_stderr':8.0,'difference':9.0,'difference_stderr':10.0,'correlation':11.0},"
          + "'reference_seconds':0.5,'seconds':1.5}";

  @Test
  void perplexitiesKeepTheirKeys() throws JsonProcessingException {
    PerplexityResult plain = JSON.readValue(json(PERPLEXITY), PerplexityResult.class);
    assertThat(plain.scored()).isEqualTo(new ScoredWindows("gptq", 16, null, 3, 48, 45));
    assertThat(plain.perplexity()).isEqualTo(12);
    assertThat(plain.text().sha256()).isEqualTo("ab");
    assertThat(plain.actFormat()).isNull();
    assertThat(JSON.writeValueAsString(plain)).isEqualTo(json(PERPLEXITY));

    PerplexityResult words = JSON.readValue(json(WORDS), PerplexityResult.class);
    assertThat(words.scored().stride()).isEqualTo(8);
    assertThat(words.score().perWord().bytes()).isEqualTo(40);
    assertThat(JSON.writeValueAsString(words)).isEqualTo(json(WORDS));
  }

  @Test
  void distancesKeepTheirKeys() throws JsonProcessingException {
    DistanceResult result = JSON.readValue(json(DISTANCE), DistanceResult.class);
    assertThat(result.text().tokensSha256()).isEqualTo("ef");
    assertThat(result.windows()).isEqualTo(3);
    assertThat(result.statistics().perplexity().model()).isEqualTo(3);
    assertThat(JSON.writeValueAsString(result)).isEqualTo(json(DISTANCE));
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }
}
