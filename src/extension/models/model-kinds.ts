/** The kinds of model servers that Set Up Model knows, with the addresses that they have by default. */

export interface ModelKind {
  id: 'openai' | 'ollama' | 'lm-studio' | 'vllm' | 'llama-cpp' | 'openrouter' | 'other'
  /** A proper name; empty for `other`. */
  name: string
  /** Empty: there is none. */
  baseUrl: string
  key: 'needed' | 'possible' | 'none'
}

/** Ports and paths from the documentation of each. */
export const modelKinds: readonly ModelKind[] = [
  { id: 'ollama', name: 'Ollama', baseUrl: 'http://localhost:11434/v1', key: 'none' },
  { id: 'lm-studio', name: 'LM Studio', baseUrl: 'http://localhost:1234/v1', key: 'none' },
  { id: 'llama-cpp', name: 'llama.cpp', baseUrl: 'http://localhost:8080/v1', key: 'possible' },
  { id: 'vllm', name: 'vLLM', baseUrl: 'http://localhost:8000/v1', key: 'possible' },
  { id: 'openai', name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', key: 'needed' },
  { id: 'openrouter', name: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1', key: 'needed' },
  { id: 'other', name: '', baseUrl: '', key: 'possible' },
]
